import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { pause } from '../core/pause.js';
import type { Operation, RedfishBmc } from './redfish.js';

const lookMs = 1000;
/** Below what a call that is answered at once may take. */
const mostLooks = 45;

/**
 * Waits until the BMC has done what it was asked for, where it takes moments.
 * @throws `hardware-failure` when it fails, or is not done in three quarters of a minute
 */
export async function untilOver(
  { signal }: Pick<CallContext, 'signal'>,
  bmc: RedfishBmc,
  { task }: Operation,
  title: string,
): Promise<void> {
  if (task === undefined) return;
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const { isOver, failure } = await bmc.task(task);
    if (failure !== undefined)
      throw new BessemerError('hardware-failure', `The BMC at ${bmc.address} did not ${title}: ${failure}`);
    if (isOver) return;
    await pause(lookMs, signal);
  }
  throw new BessemerError('hardware-failure', `The BMC at ${bmc.address} takes too long to ${title}.`, {
    remedy: 'Look at the BMC and at whoever serves the image, then try again.',
  });
}
