import { type NodePatch, setFields } from '@bessemer/contracts';
import { type BessemerError, type ErrorCode, isBessemerError } from '@bessemer/errors';
import type { StepContext } from './context.js';
import { fail, type StepOutcome } from './outcome.js';

/**
 * Powers the machine on or off by its power interface.
 *
 * @returns the patch that tells the record
 * @throws `hardware-failure` when the machine does not get there in time
 */
export async function changePower(context: StepContext, target: 'power on' | 'power off'): Promise<NodePatch> {
  const { power } = context.hardware.interfaces;
  await context.progress(target === 'power on' ? 'powering the machine on' : 'powering the machine off');
  await power.setPowerState(context, target, context.timeouts.powerStateChange);
  return setFields({ power_state: target });
}

/**
 * Powers the machine off, unless the node says that it must never be off.
 * @returns the patch that tells the record, undefined when nothing was done
 */
export async function powerOffIfAllowed(context: StepContext): Promise<NodePatch | undefined> {
  if (context.node.disable_power_off) return undefined;
  return await changePower(context, 'power off');
}

/** Restarts the machine in one go, for nodes that must never be off. */
export async function restart(context: StepContext): Promise<NodePatch> {
  await context.progress('restarting the machine');
  await context.hardware.interfaces.power.setPowerState(context, 'rebooting', context.timeouts.powerStateChange);
  return setFields({ power_state: 'power on' });
}

/** Errors that are a step's failure; any other says something of this conductor or the bus and is the executor's. */
const stepFailures: readonly ErrorCode[] = ['hardware-failure', 'invalid', 'unsupported', 'too-large', 'not-found'];

/** Whether an error is the failure of the step that it ends, and no trouble of this conductor. */
export const isStepFailure = (error: unknown): error is BessemerError =>
  isBessemerError(error) && stepFailures.includes(error.code);

/** Runs `work`; what a machine, an agent or the node's data refuse becomes the step's failure. */
export async function failingAsOutcome(work: () => Promise<StepOutcome>): Promise<StepOutcome> {
  try {
    return await work();
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    return fail(error.code, error.remedy ? `${error.message} ${error.remedy}` : error.message);
  }
}
