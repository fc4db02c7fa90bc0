import { AgentBusyError, type AgentClient, AgentSilentError } from '../agent/client.js';
import { isAgentFailure, withAgent } from '../agent/session.js';
import type { StepContext } from '../core/context.js';
import { readBoolean } from '../core/driver-info.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { pause } from '../core/pause.js';
import { powerOffIfAllowed } from '../core/power-change.js';

/** Seconds that an agent has to switch its machine off before the power interface does it. */
const agentPowerOffSeconds = 30;
const intervals = [250, 500, 1000, 2000, 3000] as const;

/**
 * Ends the agent after the image is written: disks flushed, machine off. The agent is asked first, so that nothing of
 * the disks' caches is lost; what it does not do, the power interface does.
 */
export async function endAgent(context: StepContext): Promise<StepOutcome> {
  const { power } = context.hardware.interfaces;
  const softly =
    power.readsHardware &&
    !context.node.disable_power_off &&
    readBoolean(context.node.driver_info, 'deploy_forces_oob_reboot') !== true;
  if (softly && (await power.getPowerState(context)) === 'power off') return await ended(context);
  try {
    await withAgent(context, async (agent) => {
      await tell(context, agent, 'standby.sync', true);
      if (softly) await askToPowerOff(context, agent);
      else if (context.node.disable_power_off) await tell(context, agent, 'system.lockdown', true);
    });
    if (softly) await untilOff(context);
  } catch (error) {
    if (!isAgentFailure(error)) throw error;
    await context.progress('the agent did not end by itself; the power interface takes over');
  }
  return await ended(context);
}

async function ended(context: StepContext): Promise<StepOutcome> {
  await context.forgetAgent();
  return done(await powerOffIfAllowed(context));
}

async function askToPowerOff(context: StepContext, agent: AgentClient): Promise<void> {
  try {
    await tell(context, agent, 'standby.power_off', false);
  } catch (error) {
    // It may have gone before it answered; the power state tells.
    if (!(error instanceof AgentSilentError)) throw error;
  }
}

async function tell(context: StepContext, agent: AgentClient, command: string, wait: boolean): Promise<void> {
  for (const interval of [...intervals, undefined]) {
    await context.guard();
    try {
      await agent.execute(command, {}, wait);
      return;
    } catch (error) {
      if (!(error instanceof AgentBusyError) || interval === undefined) throw error;
      await pause(interval, context.signal);
    }
  }
}

async function untilOff(context: StepContext): Promise<void> {
  const end = context.now().getTime() + agentPowerOffSeconds * 1000;
  for (let asked = 0; context.now().getTime() < end; asked += 1) {
    if ((await context.hardware.interfaces.power.getPowerState(context)) === 'power off') return;
    await pause(intervals[Math.min(asked, intervals.length - 1)] ?? 3000, context.signal);
  }
}
