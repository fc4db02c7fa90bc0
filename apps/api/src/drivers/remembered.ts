import type { Transaction } from '@bessemer/database';

/** Whoever holds a transaction reads through it: to wait for another connection of the pool might never end. */
export type Reader = Pick<Transaction, 'query'>;

/** What is read from the database and taken from memory for a while; those who ask at the same time share one reading. */
export class Remembered<T> {
  private known: { readonly at: number; readonly value: T } | undefined;
  private reading: Promise<T> | undefined;
  private timesForgotten = 0;

  /**
   * @param read reads it anew
   * @param forMs how long it is taken from memory, milliseconds
   */
  constructor(
    private readonly read: (reader?: Reader) => Promise<T>,
    private readonly forMs: number,
  ) {}

  /** As it was so long ago at most. Throws what reading it threw. */
  async get(reader?: Reader): Promise<T> {
    const at = performance.now();
    if (this.known !== undefined && at - this.known.at <= this.forMs) return this.known.value;
    if (reader !== undefined) return this.remember(at, this.read(reader));
    if (this.reading !== undefined) return this.reading;
    const reading = this.remember(at, this.read()).finally(() => {
      if (this.reading === reading) this.reading = undefined;
    });
    this.reading = reading;
    return reading;
  }

  /** Lets the next look go to the database; what is being read now may be outdated already. */
  forget(): void {
    this.known = undefined;
    this.reading = undefined;
    this.timesForgotten += 1;
  }

  private async remember(at: number, reading: Promise<T>): Promise<T> {
    const { timesForgotten } = this;
    const value = await reading;
    if (timesForgotten === this.timesForgotten) this.known = { at, value };
    return value;
  }
}
