/** Random numbers that a printed seed brings back (mulberry32). */
export class SeededRandom {
  private state: number;

  /** @param seed a whole number */
  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** The next number, from 0 up to but not including 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    const [item] = this.shuffled(items);
    if (item === undefined) throw new Error('There is nothing to pick from.');
    return item;
  }

  /** The items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    const left = [...items];
    const shuffled: T[] = [];
    while (left.length > 0) shuffled.push(...left.splice(this.between(0, left.length - 1), 1));
    return shuffled;
  }

  /** A whole number from `min` to `max`. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }
}

/** The seed of this run: BESSEMER_SEED, else a new one; printed so that a failure can be had again. */
export function seedOfRun(): number {
  const given = process.env['BESSEMER_SEED'];
  const seed = given ? Number(given) : Date.now() % 1_000_000_000;
  console.log(`seed ${seed} (BESSEMER_SEED=${seed} repeats these moments)`);
  return seed;
}
