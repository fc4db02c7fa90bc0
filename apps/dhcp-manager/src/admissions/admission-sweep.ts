import { toBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import type { AdmissionsService } from './admissions.service.js';

/** Has admissions of tasks that are gone taken back: when a node changes, and periodically. */
export class AdmissionSweep {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWanted = false;
  private stopped = false;

  constructor(
    private readonly admissions: AdmissionsService,
    private readonly options: { sweepMs: number; logger: Logger },
  ) {}

  start(): void {
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Sweeps now, or once more after the sweep that is under way. */
  wake(): Promise<void> {
    this.isWanted = true;
    this.running ??= this.sweepUntilDone().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.wake().then(() => this.schedule()), this.options.sweepMs);
    this.timer.unref();
  }

  private async sweepUntilDone(): Promise<void> {
    while (this.isWanted && !this.stopped) {
      this.isWanted = false;
      try {
        await this.admissions.sweep();
      } catch (error) {
        this.options.logger.warn({ reason: toBessemerError(error).message }, 'admissions cannot be compared');
      }
    }
  }
}
