import { isJsonObject, type JsonObject, mergePatches, type NodePatch } from '@bessemer/contracts';
import { isBessemerError } from '@bessemer/errors';
import { agentTimeout } from '../agent/in-band.js';
import type { StepContext } from '../core/context.js';
import { done, fail, type StepOutcome } from '../core/outcome.js';
import { changePower, restart } from '../core/power-change.js';
import { bootRamdisk, deadline } from '../core/ramdisk.js';
import type { Redfish, RedfishBmc } from './redfish.js';
import { objectIn, type Resource } from './resource.js';

/** How long the BMC may take to show a change after the machine has started with it. */
const showsWithinMs = 60_000;
/** How long a machine may take to start whose BMC says nothing of that. */
const startsWithinMs = 300_000;

/** What a look at the machine has shown. */
export interface ChangeLook {
  readonly isDone: boolean;
  /** Whether the BMC says that it is still at it, however long the machine has been up. */
  readonly isUnderWay?: boolean;
  /** What is not done yet, for people. */
  readonly open: string;
  /** Why the machine will not do it, for people. */
  readonly refusal?: string;
}

/** A change that is left at the BMC and that the machine, or the BMC itself, makes in its own time. */
export interface PendingChange {
  /** What is waited for: "the machine to …". */
  readonly title: string;
  /** Whether the machine makes it when it starts; else it needs nothing but time. */
  readonly needsRestart: boolean;
  look(bmc: RedfishBmc): Promise<ChangeLook>;
  /** Whether the machine may have made the change though nothing looks different. */
  readonly mayLookTheSame: boolean;
  /** What the record is told at the end. */
  conclude(): Promise<NodePatch | undefined>;
}

/** States of a start in which the firmware has done its part, in the standard's words. */
const started = ['SystemHardwareInitializationComplete', 'SetupEntered', 'OSBootStarted', 'OSRunning'];

/** Whether the step has left its change at the BMC in an earlier call, so that it is to go on with {@link settle}. */
export const isLeft = (context: StepContext): boolean => isJsonObject(context.memory['pending']);

/** Remembers that the change is left at the BMC. */
export async function leave(context: StepContext): Promise<void> {
  await context.remember({ ...context.memory, pending: { isBegun: false } });
}

/**
 * Restarts the machine, if the change needs that, and looks until it is made. A machine that ran its agent gets it back;
 * any other is as it was in the end, on or off.
 */
export async function settle(context: StepContext, redfish: Redfish, change: PendingChange): Promise<StepOutcome> {
  const state = context.memory['pending'];
  if (isJsonObject(state) && state['isBegun'] === true) return await follow(context, redfish, change, state);
  if (context.memory['booted'] !== true) return await begin(context, redfish, change);
  if (context.agent === undefined) return waitingForAgent(context, change);
  // The first heartbeat after the boot comes from a machine that has started.
  return await follow(context, redfish, change, { isBegun: true, isAgentBack: true, until: untilOf(context) });
}

const untilOf = (context: StepContext): string => deadline(context, agentTimeout(context)).toISOString();

const agentReason = ({ title }: PendingChange): string => `waiting for the machine to ${title} and for its agent`;

/** The wait that the conductor had begun whose work this one goes on with. */
function waitingForAgent(context: StepContext, change: PendingChange): StepOutcome {
  const known = context.memory['until'];
  const until = new Date(typeof known === 'string' ? known : untilOf(context));
  return { kind: 'wait', for: 'agent', reason: agentReason(change), until, memory: context.memory };
}

async function begin(context: StepContext, redfish: Redfish, change: PendingChange): Promise<StepOutcome> {
  if (!change.needsRestart) {
    const state = { isBegun: true, since: context.now().toISOString(), until: untilOf(context) };
    await context.remember({ ...context.memory, pending: state });
    return await follow(context, redfish, change, state);
  }
  if (context.agent !== undefined)
    return await bootRamdisk(context, {
      for: 'agent',
      reason: agentReason(change),
      timeout: agentTimeout(context),
    });
  const { power } = context.hardware.interfaces;
  const wasOff = (await power.getPowerState(context)) === 'power off';
  const patch = await restart(context);
  const memory = {
    ...context.memory,
    pending: { isBegun: true, wasOff, since: context.now().toISOString(), until: untilOf(context) },
  };
  await context.remember(memory);
  return { ...waiting(context, redfish, change, memory, untilOf(context)), patch };
}

function waiting(
  context: StepContext,
  { lookMs }: Redfish,
  { title }: PendingChange,
  memory: JsonObject,
  until: string,
  problem = '',
): Extract<StepOutcome, { kind: 'wait' }> {
  const next = new Date(context.now().getTime() + lookMs);
  const end = new Date(until);
  return {
    kind: 'wait',
    for: 'time',
    reason: `waiting for the machine to ${title}${problem}`,
    until: next < end ? next : end,
    deadline: end,
    memory,
  };
}

async function follow(
  context: StepContext,
  redfish: Redfish,
  change: PendingChange,
  state: JsonObject,
): Promise<StepOutcome> {
  const until = String(state['until']);
  const again = (more: JsonObject, problem?: string) =>
    waiting(context, redfish, change, { ...context.memory, pending: { ...state, ...more } }, until, problem);
  const isOver = context.now() >= new Date(until);
  const seen = await lookAt(context, redfish, change);
  if ('problem' in seen) return isOver ? tooLate(change, seen.problem) : again({}, `; ${seen.problem}`);
  const { look, system } = seen;
  if (look.refusal !== undefined)
    return fail('hardware-failure', `The machine refused to ${change.title}: ${look.refusal}`);
  const progress = objectIn(system.body, 'BootProgress')['LastState'];
  const isTold = typeof progress === 'string';
  const isUp = state['isAgentBack'] === true || (isTold && started.includes(progress));
  if (look.isDone && (isUp || !isTold || !change.needsRestart)) return await end(context, change, state);
  if (isOver) return tooLate(change, look.open);
  if (!change.needsRestart || look.isUnderWay === true) return again({});
  const upSince = typeof state['upSince'] === 'string' ? state['upSince'] : context.now().toISOString();
  const since = isUp ? upSince : String(state['since'] ?? upSince);
  const waited = context.now().getTime() - new Date(since).getTime();
  if (isUp && waited >= showsWithinMs) return await unchanged(context, change, state, look);
  if (change.mayLookTheSame && !isTold && waited >= startsWithinMs) return await end(context, change, state);
  return again(isUp ? { upSince } : {});
}

/** What the machine shows; what its BMC says instead, since BMCs are busy or away while a machine starts. */
async function lookAt(
  context: StepContext,
  redfish: Redfish,
  change: PendingChange,
): Promise<{ look: ChangeLook; system: Resource } | { problem: string }> {
  try {
    return await redfish.look(context, async (bmc) => ({ system: await bmc.system(), look: await change.look(bmc) }));
  } catch (error) {
    if (!isBessemerError(error) || error.code !== 'hardware-failure') throw error;
    return { problem: error.message };
  }
}

async function unchanged(
  context: StepContext,
  change: PendingChange,
  state: JsonObject,
  look: ChangeLook,
): Promise<StepOutcome> {
  if (change.mayLookTheSame) return await end(context, change, state);
  return fail(
    'hardware-failure',
    `The machine has started, but did not ${change.title}: ${look.open}.`,
    'Look at the event log of its BMC.',
  );
}

const tooLate = ({ title }: PendingChange, open: string): StepOutcome =>
  fail(
    'timeout',
    `The machine did not ${title} in time: ${open}.`,
    'Look at its console and at the event log of its BMC.',
  );

async function end(context: StepContext, change: PendingChange, state: JsonObject): Promise<StepOutcome> {
  await context.guard();
  const off =
    state['wasOff'] === true && !context.node.disable_power_off ? await changePower(context, 'power off') : undefined;
  return done(mergePatches(off, await change.conclude()));
}
