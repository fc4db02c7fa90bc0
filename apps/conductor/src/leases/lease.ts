import { BessemerError } from '@bessemer/errors';
import { monotonicMs } from './monotonic.js';

/** This conductor owns the task no more, or cannot know whether it does: it stops without a word. */
export class LeaseLostError extends BessemerError {
  constructor(task: string, reason: string) {
    super('conflict', `The lease of task ${task} is lost: ${reason}.`);
    this.name = 'LeaseLostError';
  }
}

/** The right of this conductor to work on a task, until it runs out or another takes the task over. */
export class Lease {
  private readonly controller = new AbortController();
  /** When the last answer was asked for by which the lease was known to stand. */
  private askedAt: number;
  private validUntil: number;

  /**
   * @param askedAt monotonic time before the claim was sent
   * @param remainingMs how long the lease stood then, at least
   */
  constructor(
    readonly task: string,
    readonly fence: number,
    askedAt: number,
    remainingMs: number,
  ) {
    this.askedAt = askedAt;
    this.validUntil = askedAt + remainingMs;
  }

  /** Aborted when the lease is lost. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Notes an answer of Postgres: asked at `askedAt`, the lease had `remainingMs` left. */
  confirm(askedAt: number, remainingMs: number): void {
    if (askedAt < this.askedAt) return;
    this.askedAt = askedAt;
    this.validUntil = askedAt + remainingMs;
  }

  /** Whether the last answer is younger than `maxAgeMs` and the lease stands by it. */
  isKnownToStand(maxAgeMs: number): boolean {
    const now = monotonicMs();
    return !this.controller.signal.aborted && now - this.askedAt < maxAgeMs && now < this.validUntil;
  }

  /** Whether the lease may still stand by what is known. */
  mayStand(): boolean {
    return !this.controller.signal.aborted && monotonicMs() < this.validUntil;
  }

  /** Ends it; whatever waits on {@link signal} stops. */
  lose(reason: string): LeaseLostError {
    const error = new LeaseLostError(this.task, reason);
    this.controller.abort(error);
    return error;
  }
}
