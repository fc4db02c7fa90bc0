import { setTimeout as elapse } from 'node:timers/promises';
import type { ProcessMeter } from './processes.js';

const windowMs = 500;
/** The share of one processor below which an instance has nothing left to do. */
const idleShare = 0.2;
const longestMs = 60_000;

/**
 * Waits until the instance has done what follows from the requests before: its messages are out, and other services have
 * read them. Nothing but its use of the processors tells that of all its parts.
 *
 * @returns whether it came to rest within a minute
 */
export async function untilIdle(meter: ProcessMeter): Promise<boolean> {
  const deadline = performance.now() + longestMs;
  while (performance.now() < deadline) {
    const startedAt = performance.now();
    const before = serverTime(meter);
    await elapse(windowMs);
    const share = (serverTime(meter) - before) / 1000 / (performance.now() - startedAt);
    if (share < idleShare) return true;
  }
  return false;
}

function serverTime(meter: ProcessMeter): number {
  const { api, postgres, others } = meter.cpu();
  return api + postgres + others;
}
