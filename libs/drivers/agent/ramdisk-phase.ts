import type { StepContext } from '../core/context.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { bootRamdisk, deadline, type RamdiskBoot } from '../core/ramdisk.js';
import { AgentBusyError, type AgentClient } from './client.js';
import { isAgentFailure, withAgent } from './session.js';

const busyRetryMs = 2000;

/**
 * Boots the ramdisk, waits for its agent and goes on with it: the first half of cleaning, service and deployment.
 *
 * Called again it looks where it was: an agent that answers is gone on with; a machine that was powered on is waited
 * for; else the boot begins anew.
 *
 * @param next what is done with the agent as soon as it has called back
 */
export async function withBootedAgent(
  context: StepContext,
  boot: Omit<RamdiskBoot, 'for'>,
  next: (agent: AgentClient) => Promise<StepOutcome>,
): Promise<StepOutcome> {
  const booted = context.memory['booted'] === true;
  if (!booted) return await bootRamdisk(context, { ...boot, for: 'agent' });
  if (context.agent) {
    try {
      return await withAgent(context, next);
    } catch (error) {
      if (error instanceof AgentBusyError)
        return { kind: 'retry', after: busyRetryMs, reason: error.message, memory: context.memory };
      // Nobody has called back in this call: the address may be of an agent that is gone since.
      if (context.attempt === 'resumed' || !isAgentFailure(error)) throw error;
    }
  }
  return {
    kind: 'wait',
    for: 'agent',
    reason: boot.reason,
    until: deadline(context, boot.timeout),
    memory: context.memory,
  };
}

/** A step with nothing to do. */
export const nothing = async (): Promise<StepOutcome> => done();
