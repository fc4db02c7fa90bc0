import { BessemerError } from '@bessemer/errors';
import { largestBodyLimit } from './body.js';
import { BodyError } from './faults.js';

/** After this many seconds a large body is likely to have been dealt with. */
const retryAfter = 5;

/** How many bytes of large bodies are under way at once: each is held in memory, in several forms. */
export class BodyBudget {
  private taken = 0;

  /**
   * @param bytes at least as many as the largest body has
   * @param whole the budget of which this one is a part
   */
  constructor(
    private readonly bytes: number,
    private readonly whole?: BodyBudget,
  ) {}

  /** Half of it, for those whom nobody knows: they leave something to others. */
  half(): BodyBudget {
    return new BodyBudget(this.bytes / 2, this);
  }

  /**
   * Takes bytes for one body.
   *
   * @returns gives them back
   * @throws `unavailable` (503) while others have taken too many
   */
  take(bytes: number): () => void {
    if (this.taken + bytes > this.bytes)
      throw new BodyError('unavailable', 'Too many large bodies are under way.', {
        remedy: `Try again in ${retryAfter} s.`,
        retryAfter,
      });
    const giveBack = this.whole?.take(bytes);
    this.taken += bytes;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.taken -= bytes;
      giveBack?.();
    };
  }
}

/**
 * Refuses a budget that the largest body would never fit into.
 *
 * @throws `invalid`, naming the setting
 */
export function requireBudget(bytes: number): void {
  if (bytes >= largestBodyLimit) return;
  throw new BessemerError('invalid', `BESSEMER_API_LARGE_BODIES: ${bytes} is less than ${largestBodyLimit}.`, {
    field: 'BESSEMER_API_LARGE_BODIES',
  });
}
