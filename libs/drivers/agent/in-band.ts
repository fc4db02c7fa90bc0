import { isJsonObject, type Json, type JsonObject, mergePatches, type NodePatch, setFields } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { StepContext } from '../core/context.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { automatedSteps, type OfferedStep, type PlannedKind } from '../core/plan.js';
import { failingAsOutcome, restart } from '../core/power-change.js';
import { deadline } from '../core/ramdisk.js';
import { defineStep, type Step, type StepArgument, type StepInterface, type StepReference } from '../core/step.js';
import { type AgentClient, type AgentCommand, commandError } from './client.js';
import { followCommand } from './long-command.js';
import { isFresh, nodeParameters, withAgent } from './session.js';

/** Kinds of tasks in which an agent has steps. */
export type InBandKind = 'clean' | 'deploy' | 'service';

/** Which of the agent's steps a task uses. */
export function inBandKind(context: StepContext): InBandKind {
  if (context.kind === 'deploy' || context.kind === 'service') return context.kind;
  return 'clean';
}

/** Seconds that a task of this kind waits for its agent. */
export function agentTimeout(context: StepContext): number {
  return context.timeouts[inBandKind(context)];
}

/** What the agent said of its steps. */
export interface AgentSteps {
  steps: OfferedStep[];
  version: JsonObject;
  /** Tells the record which hardware managers answered. */
  patch: NodePatch;
}

/**
 * Asks the agent for its steps. Of several hardware managers with a step of one name the one with the higher priority
 * counts.
 * @throws `hardware-failure` when it cannot tell
 */
export async function askForSteps(context: StepContext, agent: AgentClient, restarts = 0): Promise<AgentSteps> {
  const kind = inBandKind(context);
  await context.guard();
  const command = await agent.execute(`${kind}.get_${kind}_steps`, nodeParameters(context), true);
  if (command.command_status !== 'SUCCEEDED')
    throw new BessemerError('hardware-failure', `The agent could not tell its steps: ${commandError(command)}.`, {
      remedy: 'See the log of the agent.',
    });
  const result = isJsonObject(command.command_result) ? command.command_result : {};
  const version = isJsonObject(result['hardware_manager_version']) ? result['hardware_manager_version'] : {};
  const offered = new Map<string, OfferedStep>();
  const managers = result[`${kind}_steps`];
  for (const list of isJsonObject(managers) ? Object.values(managers) : [])
    for (const item of Array.isArray(list) ? list.filter(isJsonObject) : []) {
      const step = offeredStep(item, version, restarts);
      const key = `${step.interface}.${step.step}`;
      if ((offered.get(key)?.priority ?? -1) < step.priority) offered.set(key, step);
    }
  const byAgent = (step: OfferedStep) =>
    step.interface === 'deploy' || context.hardware.interfaces[step.interface]?.name === 'agent';
  return {
    steps: [...offered.values()].filter(byAgent),
    version,
    patch: setFields({ 'driver_internal_info/hardware_manager_version': version }),
  };
}

function offeredStep(item: JsonObject, version: JsonObject, restarts: number): OfferedStep {
  return {
    interface: String(item['interface']) as StepInterface,
    step: String(item['step']),
    priority: typeof item['priority'] === 'number' ? item['priority'] : 0,
    args: isJsonObject(item['argsinfo']) ? declaredArguments(item['argsinfo']) : {},
    abortable: item['abortable'] === true,
    inBand: {
      rebootRequested: item['reboot_requested'] === true,
      version,
      restarts,
    },
  };
}

function declaredArguments(argsinfo: JsonObject): Record<string, StepArgument> {
  return Object.fromEntries(
    Object.entries(argsinfo).map(([name, info]) => [
      name,
      isJsonObject(info)
        ? { description: String(info['description'] ?? ''), required: info['required'] === true }
        : { description: '', required: false },
    ]),
  );
}

/** What a step's success means besides being done, for example that `raid_config` is known. */
export type Aftermath = (context: StepContext, result: Json) => NodePatch | undefined;

/** The step that an agent runs for the reference. */
export function inBandStep(reference: StepReference, aftermath?: Aftermath): Step {
  return defineStep({
    interface: reference.interface,
    name: reference.step,
    priorities: { clean: reference.priority, deploy: reference.priority, service: reference.priority },
    abortable: reference.abortable ?? false,
    requiresRamdisk: true,
    afterInterruption: 'observe',
    run: (context) => failingAsOutcome(() => runInBand(context, reference, async () => context.args, aftermath)),
  });
}

/**
 * Lets the agent run a step and follows it to its end, over reboots too.
 * @param argumentsOf tells what the agent gets as the step's arguments; called only when it is about to be told
 */
export async function runInBand(
  context: StepContext,
  reference: StepReference,
  argumentsOf: () => Promise<JsonObject>,
  aftermath?: Aftermath,
): Promise<StepOutcome> {
  const kind = inBandKind(context);
  const title = `${reference.interface}.${reference.step}`;
  if (context.memory['rebooting'] !== undefined) return await afterReboot(context, title);
  return await withAgent(context, async (agent) => {
    const { interface: stepInterface, step, priority } = reference;
    const abortable = reference.abortable ?? false;
    return await followCommand(context, agent, {
      name: `${kind}.execute_${kind}_step`,
      title,
      timeout: agentTimeout(context),
      params: async () => {
        const args = await argumentsOf();
        const given: JsonObject = Object.keys(args).length > 0 ? { args } : {};
        return {
          ...nodeParameters(context),
          step: { interface: stepInterface, step, priority, abortable, ...given },
          [`${kind}_version`]: await versionFor(context, agent, reference),
        };
      },
      matches: (command) => isStep(command, reference),
      succeeded: async (command) => await finish(context, reference, title, command, aftermath),
      versionMismatch: async () => await againWithNewVersion(context, agent, reference, title),
    });
  });
}

// Not every agent repeats the parameters in its list; what it does tell must not contradict.
function isStep(command: AgentCommand, reference: StepReference): boolean {
  const results = isJsonObject(command.command_result) ? Object.values(command.command_result) : [];
  const told = [command.command_params['step'], ...results].filter(
    (candidate): candidate is JsonObject => isJsonObject(candidate) && typeof candidate['step'] === 'string',
  );
  return told.every(
    (step) => step['step'] === reference.step && (step['interface'] ?? reference.interface) === reference.interface,
  );
}

async function versionFor(context: StepContext, agent: AgentClient, reference: StepReference): Promise<JsonObject> {
  const refreshed = context.memory['version'];
  if (isJsonObject(refreshed)) return refreshed;
  if (reference.inBand) return reference.inBand.version;
  const known = context.node.driver_internal_info['hardware_manager_version'];
  return isJsonObject(known) ? known : (await askForSteps(context, agent)).version;
}

async function finish(
  context: StepContext,
  reference: StepReference,
  title: string,
  command: AgentCommand,
  aftermath: Aftermath | undefined,
): Promise<StepOutcome> {
  const patch = aftermath?.(context, command.command_result);
  if (!reference.inBand?.rebootRequested) return done(patch);
  await context.remember({ ...context.memory, rebooting: 'asked' });
  await context.guard();
  await context.forgetAgent();
  const power = await restart(context);
  return {
    kind: 'wait',
    for: 'agent',
    reason: `waiting for the agent after the reboot that ${title} asked for`,
    until: deadline(context, agentTimeout(context)),
    memory: { ...context.memory, rebooting: 'done' },
    patch: mergePatches(patch, power),
  };
}

async function afterReboot(context: StepContext, title: string): Promise<StepOutcome> {
  const wait: StepOutcome = {
    kind: 'wait',
    for: 'agent',
    reason: `waiting for the agent after the reboot that ${title} asked for`,
    until: deadline(context, agentTimeout(context)),
    memory: { ...context.memory, rebooting: 'done' },
  };
  if (context.memory['rebooting'] !== 'done') {
    await context.guard();
    await context.forgetAgent();
    return { ...wait, patch: await restart(context) };
  }
  if (!context.agent) return wait;
  return await withAgent(context, async (agent) => (isFresh(await agent.commands()) ? done() : wait));
}

/**
 * The agent has other hardware managers than it had told: automated cleaning begins anew with the steps of now, any
 * other step is tried once more with their versions.
 */
async function againWithNewVersion(
  context: StepContext,
  agent: AgentClient,
  reference: StepReference,
  title: string,
): Promise<StepOutcome> {
  const restarts = (reference.inBand?.restarts ?? 0) + 1;
  if (restarts > 3 || context.memory['version'] !== undefined)
    throw new BessemerError(
      'hardware-failure',
      `The agent changes its hardware managers again and again at ${title}.`,
      {
        remedy: 'Check the hardware managers of the ramdisk.',
      },
    );
  const { steps, version, patch } = await askForSteps(context, agent, restarts);
  const kind: PlannedKind = inBandKind(context);
  const automated = kind === 'clean' && context.taskArguments['clean_steps'] === undefined;
  if (automated) return done(patch, automatedSteps(context.hardware, kind, steps));
  const { agentCommand: _sent, ...memory } = context.memory;
  return {
    kind: 'retry',
    after: 0,
    reason: `${title} again with the agent's new version`,
    memory: { ...memory, version },
  };
}
