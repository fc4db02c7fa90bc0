import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { NodeView } from './context.js';
import type { HardwareType } from './hardware-type.js';
import type { InBandStep, Step, StepArgument, StepInterface, StepReference } from './step.js';

/**
 * Which steps a task does, and in which order (reference: drivers.md §6). The conductor plans with these before it
 * begins, a deploy interface plans again when the agent has told its own steps.
 */

/** Kinds of tasks whose steps are planned. */
export type PlannedKind = 'verify' | 'clean' | 'deploy' | 'service';

/** A step that an agent offers. */
export interface OfferedStep {
  interface: StepInterface;
  step: string;
  priority: number;
  abortable: boolean;
  args: Record<string, StepArgument>;
  inBand: InBandStep;
}

/** Order among steps of the same priority: the first goes first. */
const interfaceOrder: readonly StepInterface[] = [
  'vendor',
  'power',
  'management',
  'firmware',
  'deploy',
  'bios',
  'raid',
  'inspect',
  'boot',
  'network',
  'rescue',
];

const verifyOrder: readonly StepInterface[] = [
  'power',
  'management',
  'firmware',
  'inspect',
  'deploy',
  'boot',
  'bios',
  'raid',
  'vendor',
  'network',
  'rescue',
];

function sorted(steps: StepReference[], kind: PlannedKind): StepReference[] {
  const order = kind === 'verify' ? verifyOrder : interfaceOrder;
  return steps.sort((a, b) => b.priority - a.priority || order.indexOf(a.interface) - order.indexOf(b.interface));
}

/** All steps of the node's implementations that may run in a task of this kind. */
export function availableSteps(hardware: HardwareType, kind: PlannedKind): Step[] {
  return Object.values(hardware.interfaces).flatMap((implementation) =>
    (implementation.steps as readonly Step[]).filter((step) => !step.internal && step.priorities[kind] !== undefined),
  );
}

/**
 * The step that a reference names: of one of the node's implementations, or of the agent.
 * @returns undefined when nothing knows it
 */
export function findStep(hardware: HardwareType, reference: StepReference): Step | undefined {
  if (!reference.inBand) {
    const own = hardware.interfaces[reference.interface].steps.find((step) => step.name === reference.step);
    if (own) return own;
  }
  return hardware.interfaces.deploy.inBandStep?.(reference);
}

function reference(step: Step, kind: PlannedKind, args: JsonObject = {}): StepReference {
  return { interface: step.interface, step: step.name, priority: step.priorities[kind] ?? 0, args };
}

function offeredReference(offered: OfferedStep, args: JsonObject = {}): StepReference {
  const { interface: kind, step, priority, abortable, inBand } = offered;
  return { interface: kind, step, priority, args, abortable, inBand };
}

/**
 * The steps that run by themselves: priority above 0, highest first.
 * @param inBand steps that the agent offers
 */
export function automatedSteps(
  hardware: HardwareType,
  kind: PlannedKind,
  inBand: readonly OfferedStep[] = [],
): StepReference[] {
  const own = availableSteps(hardware, kind).map((step) => reference(step, kind));
  const offered = inBand
    .filter((step) => !own.some((other) => other.interface === step.interface && other.step === step.step))
    .map((step) => offeredReference(step));
  return sorted(
    [...own, ...offered].filter((step) => step.priority > 0),
    kind,
  );
}

/** What is known when the user's steps are planned. */
export interface RequestOptions {
  /** Steps that the agent offers; undefined while they are not known yet. */
  inBand?: readonly OfferedStep[];
  /** False when the user asked for no ramdisk: steps that need one are refused. */
  ramdisk?: boolean;
}

/**
 * The steps that a user asked for, in the given order, validated.
 *
 * While the agent's steps are not known (`inBand` undefined) and the deploy interface uses an agent, unknown names are
 * kept for the agent to answer for.
 *
 * @param wanted `clean_steps` or `service_steps` as the api accepted them
 * @throws `invalid` for a step that does not exist, a missing or an unknown argument, or a step that needs a ramdisk
 */
export function requestedSteps(
  node: NodeView,
  hardware: HardwareType,
  kind: PlannedKind,
  wanted: Json | undefined,
  options: RequestOptions = {},
): StepReference[] {
  return wantedList(wanted).map((item) => requestedStep(node, hardware, kind, item, options));
}

function wantedList(wanted: Json | undefined): JsonObject[] {
  return Array.isArray(wanted) ? wanted.filter(isJsonObject) : [];
}

function requestedStep(
  node: NodeView,
  hardware: HardwareType,
  kind: PlannedKind,
  item: JsonObject,
  options: RequestOptions,
): StepReference {
  const args = isJsonObject(item['args']) ? item['args'] : {};
  const prefix = `Cannot ${kind} node ${node.uuid}:`;
  const named = (other: { interface: string }, name: string) =>
    other.interface === item['interface'] && name === item['step'];
  const own = availableSteps(hardware, kind).find((step) => named(step, step.name));
  const offered = own ? undefined : options.inBand?.find((step) => named(step, step.step));
  if (options.ramdisk === false && !(own && !own.requiresRamdisk))
    throw new BessemerError('invalid', `${prefix} ${kind} step ${describe(item)} requires booting a ramdisk.`, {
      field: `${kind}_steps`,
      remedy: 'Leave disable_ramdisk out, or the step.',
    });
  if (own) {
    checkArguments(prefix, kind, item, args, own.args);
    return { ...reference(own, kind, args), priority: priorityOf(item, own.priorities[kind] ?? 0) };
  }
  if (offered) {
    checkArguments(prefix, kind, item, args, offered.args);
    return { ...offeredReference(offered, args), priority: priorityOf(item, offered.priority) };
  }
  if (options.inBand === undefined && hardware.interfaces.deploy.inBandStep)
    return {
      interface: item['interface'] as StepInterface,
      step: String(item['step']),
      priority: priorityOf(item, 0),
      args,
    };
  throw new BessemerError('invalid', `${prefix} node does not support this ${kind} step: ${describe(item)}.`, {
    field: `${kind}_steps`,
    remedy: `Its steps are ${names(hardware, kind, options.inBand)}.`,
  });
}

function names(hardware: HardwareType, kind: PlannedKind, inBand: readonly OfferedStep[] = []): string {
  const all = [
    ...availableSteps(hardware, kind).map((step) => `${step.interface}.${step.name}`),
    ...inBand.map((step) => `${step.interface}.${step.step}`),
  ];
  return all.length > 0 ? [...new Set(all)].join(', ') : 'none';
}

function priorityOf(item: JsonObject, fallback: number): number {
  return typeof item['priority'] === 'number' ? item['priority'] : fallback;
}

function describe(item: JsonObject): string {
  return `${String(item['interface'])}.${String(item['step'])}`;
}

function checkArguments(
  prefix: string,
  kind: PlannedKind,
  item: JsonObject,
  args: JsonObject,
  declared: Record<string, StepArgument>,
): void {
  // A deploy step of priority 0 is taken out, and needs nothing for that.
  const isTakenOut = kind === 'deploy' && item['priority'] === 0;
  const missing = Object.entries(declared).filter(
    ([name, argument]) => argument.required && !isTakenOut && args[name] === undefined,
  );
  if (missing.length > 0)
    throw new BessemerError(
      'invalid',
      `${prefix} ${kind} step ${describe(item)} is missing these required arguments: ${missing
        .map(([name, argument]) => `${name} (${argument.description})`)
        .join(', ')}.`,
      { field: `${kind}_steps` },
    );
  const unknown = Object.keys(args).filter((name) => declared[name] === undefined);
  if (unknown.length > 0)
    throw new BessemerError(
      'invalid',
      `${prefix} ${kind} step ${describe(item)} has these unexpected arguments: ${unknown.join(', ')}.`,
      { field: `${kind}_steps` },
    );
}

/** The step that boots the agent: everything else follows from it, so that it can be taken out, but not replaced. */
function requireNotCore(node: NodeView, item: JsonObject): void {
  if (describe(item) !== 'deploy.deploy' || item['priority'] === 0) return;
  throw new BessemerError('invalid', `Cannot deploy node ${node.uuid}: deploy.deploy cannot be replaced.`, {
    field: 'deploy_steps',
    remedy: 'Priority 0 takes it out of the deployment.',
  });
}

/**
 * The steps of a deployment: those of the implementations, of the agent and of the user, highest priority first. The
 * user's priority replaces the step's own; 0 takes it out.
 *
 * @param wanted `deploy_steps` with those of the templates, as the api accepted them
 * @throws `invalid` as `requestedSteps`, for unknown steps only once the agent's are known; for a replaced
 *   `deploy.deploy`
 */
export function deploySteps(
  node: NodeView,
  hardware: HardwareType,
  wanted: Json | undefined,
  inBand?: readonly OfferedStep[],
): StepReference[] {
  const steps = new Map<string, StepReference>();
  const key = (step: { interface: string; step: string }) => `${step.interface}.${step.step}`;
  for (const step of automatedSteps(hardware, 'deploy', inBand)) steps.set(key(step), step);
  for (const item of wantedList(wanted)) {
    requireNotCore(node, item);
    if (inBand === undefined && !availableSteps(hardware, 'deploy').some((step) => describe(item) === nameOf(step)))
      continue;
    const step = requestedStep(node, hardware, 'deploy', item, { inBand: inBand ?? [] });
    steps.set(key(step), step);
  }
  return sorted(
    [...steps.values()].filter((step) => step.priority > 0),
    'deploy',
  );
}

function nameOf(step: Step): string {
  return `${step.interface}.${step.name}`;
}
