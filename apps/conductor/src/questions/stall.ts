import { BessemerError } from '@bessemer/errors';
import { monotonicMs } from '../leases/monotonic.js';

const tickMs = 500;
const stalledMs = 3000;
const recoveryMs = 2000;

/**
 * Notices that this process stood still. What it reads right afterwards was asked long ago, and the asker may have
 * turned to another conductor since.
 */
export class Stall {
  private tickedAt = monotonicMs();
  private until = 0;
  private timer: NodeJS.Timeout | undefined;

  start(): void {
    this.timer = setInterval(() => this.tick(), tickMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Throws `unavailable` when the process has just stood still. */
  assertAwake(): void {
    this.tick();
    if (monotonicMs() < this.until)
      throw new BessemerError('unavailable', 'This conductor stood still for a while and takes no old questions.');
  }

  private tick(): void {
    const now = monotonicMs();
    if (now - this.tickedAt > stalledMs) this.until = now + recoveryMs;
    this.tickedAt = now;
  }
}
