import type { AdmissionAnswer } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { Inject, Injectable } from '@nestjs/common';
import { policyChannel } from '../admissions/admissions.repository.js';
import { type SegmentReport, SegmentsRepository } from './segments.repository.js';

/** What counts as a live segment. */
export interface SegmentWatchOptions {
  segmentTimeoutMs: number;
  sweepMs: number;
}

/** The token under which {@link SegmentWatchOptions} are injected. */
export const segmentWatchOptions = Symbol('SegmentWatchOptions');

/** How often a waiting answer looks by itself, should a wake-up be lost. */
const lookAgainMs = 500;

/** Waits for segments to have a policy in place. */
@Injectable()
export class SegmentWatch {
  constructor(
    private readonly database: Database,
    private readonly segments: SegmentsRepository,
    @Inject(segmentWatchOptions) private readonly options: SegmentWatchOptions,
  ) {}

  /**
   * Resolves when every live segment has the policy in place, or when the time is over, with the segment that is
   * missing as the reason.
   */
  async whenInPlace(policy: number, timeoutMs: number): Promise<AdmissionAnswer> {
    let wake: () => void = () => undefined;
    const unlisten = await this.database.listen(policyChannel, () => wake());
    const deadline = performance.now() + timeoutMs;
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const answer = this.answerOf(policy, await this.segments.live(this.options.segmentTimeoutMs));
        const rest = deadline - performance.now();
        if (answer.inPlace || rest <= 0) return answer;
        await before(woken, Math.min(rest, lookAgainMs));
      }
    } finally {
      unlisten();
    }
  }

  private answerOf(policy: number, live: readonly (SegmentReport & { silentMs: number })[]): AdmissionAnswer {
    const behind = live.find((segment) => segment.policy < policy);
    const segments = live.filter((segment) => segment.policy >= policy).map((segment) => segment.name);
    if (live.length === 0) return { policy, inPlace: false, segments, reason: 'no segment has a live DHCP manager' };
    if (behind === undefined) {
      const reason = live.find((segment) => segment.reason !== null)?.reason ?? undefined;
      return { policy, inPlace: true, segments, ...(reason === undefined ? {} : { reason }) };
    }
    return { policy, inPlace: false, segments, reason: `the DHCP segment "${behind.name}" ${this.lack(behind)}` };
  }

  private lack(segment: SegmentReport & { silentMs: number }): string {
    const isSilent = segment.silentMs > 2 * this.options.sweepMs;
    if (isSilent) return `has been silent for ${Math.round(segment.silentMs / 1000)} s`;
    const { reason, waiting_since: since } = segment;
    if (reason === null) return 'has not taken the policy yet';
    return since === null ? reason : `waits since ${since.toISOString()}: ${reason}`;
  }
}

/** Resolves with the promise, or when the time is over. */
async function before(promise: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([promise, timeout]);
  clearTimeout(timer);
}
