import type { ProcessMeter } from './processes.js';

const intervalMs = 100;

/** Looks again and again at how much main memory the api uses. */
export class MemoryWatch {
  private readonly timer: NodeJS.Timeout;
  private most: number;
  private failure: Error | undefined;

  /** Begins to look; throws when there is no such process. */
  constructor(private readonly meter: ProcessMeter) {
    this.most = meter.apiMemory();
    this.timer = setInterval(() => this.look(), intervalMs);
  }

  /** The most that was seen, in bytes. Throws when the api has ended in the meantime. */
  get largest(): number {
    if (this.failure !== undefined) throw this.failure;
    return this.most;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    try {
      this.most = Math.max(this.most, this.meter.apiMemory());
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.stop();
    }
  }
}
