import { BessemerError } from '@bessemer/errors';
import type { CallContext } from './context.js';
import { pause } from './pause.js';

/** Waits between questions for a power state, in milliseconds: they grow up to the last. */
const intervals = [100, 200, 400, 800, 1500, 3000, 5000] as const;
const lastInterval = 5000;

/** A power state that a machine can stay in. */
export type Settled = 'power on' | 'power off';

/** What is waited for. */
export interface PowerWait {
  readonly wanted: Settled;
  /** Seconds. */
  readonly timeout: number;
  /** Asks the BMC; anything but the wanted state is asked again. */
  readonly read: () => Promise<unknown>;
}

/**
 * Asks until the BMC reports the state.
 * @throws `hardware-failure` when the machine does not get there in time
 */
export async function waitForPower(
  { signal }: Pick<CallContext, 'signal'>,
  now: () => Date,
  { wanted, timeout, read }: PowerWait,
): Promise<void> {
  const end = now().getTime() + timeout * 1000;
  for (let asked = 0; ; asked += 1) {
    if ((await read()) === wanted) return;
    const interval = intervals[asked] ?? lastInterval;
    if (now().getTime() + interval > end)
      throw new BessemerError('hardware-failure', `The machine did not reach ${wanted} within ${timeout} s.`, {
        remedy: 'Look at its console and at the event log of its BMC, then set the power state again.',
      });
    await pause(interval, signal);
  }
}
