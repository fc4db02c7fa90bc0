import { isJsonObject, type Json, type JsonObject, type TaskKind } from '@bessemer/contracts';
import { findStep, type HardwareType, type StepInterface, type StepReference } from '@bessemer/drivers';
import type { PlannedStep, StepRow } from '../tasks/task.js';
import { builtinSteps } from './builtin-steps.js';
import type { FlowContext } from './flow.js';

/** The steps that a user asked for, as the api accepted them. */
export function wantedSteps(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** Whether a user's step is one of the conductor's own; such names are reserved on any interface. */
export function isBuiltin(item: JsonObject): boolean {
  return Object.hasOwn(builtinSteps, String(item['step']));
}

/** Whether a user's step is meant for the child nodes and not for the node itself. */
export function isForChildren(item: JsonObject): boolean {
  return item['execute_on_child_nodes'] === true;
}

/** The user's steps that the node's own drivers or its agent do. */
export function ofDrivers(wanted: readonly JsonObject[]): JsonObject[] {
  return wanted.filter((item) => !isBuiltin(item) && !isForChildren(item));
}

/** A user's step as it was given, not looked up anywhere. */
function asGiven(item: JsonObject, kind: TaskKind, origin: PlannedStep['origin'], child?: string): PlannedStep {
  const args = isJsonObject(item['args']) ? item['args'] : {};
  const priority = typeof item['priority'] === 'number' ? item['priority'] : 0;
  const reference = { interface: item['interface'] as StepInterface, step: String(item['step']), priority, args };
  return {
    kind,
    stage: 'work',
    origin,
    reference: child === undefined ? reference : { ...reference, child },
    abortable: true,
  };
}

/** A user's step for the child nodes, once for each child that it is not kept from. */
function childSteps(item: JsonObject, kind: TaskKind, children: readonly string[]): PlannedStep[] {
  const limit = item['limit_child_node_execution'];
  const only = Array.isArray(limit) && limit.length > 0 ? limit.map((uuid) => String(uuid).toLowerCase()) : children;
  return children.filter((child) => only.includes(child)).map((child) => asGiven(item, kind, 'child', child));
}

/** Puts one of the conductor's built-in steps into a plan. */
export function builtinStep(item: JsonObject, kind: TaskKind): PlannedStep {
  return asGiven(item, kind, 'core');
}

/** Puts a step of a driver or of the agent into a plan. */
export function driverStep(hardware: HardwareType, reference: StepReference, kind: TaskKind): PlannedStep {
  const step = findStep(hardware, reference);
  return {
    kind,
    stage: 'work',
    origin: 'driver',
    reference,
    abortable: reference.abortable ?? step?.abortable ?? true,
  };
}

/**
 * The user's steps in the user's order: the conductor's own and those for child nodes among those that the driver has
 * planned.
 *
 * @param wanted the user's list
 * @param planned the driver's answer to {@link ofDrivers} of the same list, in the same order
 */
export function inGivenOrder(
  { hardware, task }: Pick<FlowContext, 'hardware' | 'task'>,
  kind: TaskKind,
  wanted: readonly JsonObject[],
  planned: readonly StepReference[],
): PlannedStep[] {
  const rest = [...planned];
  const steps = wanted.flatMap((item) => {
    if (isForChildren(item)) return childSteps(item, kind, task.children);
    if (isBuiltin(item)) return [builtinStep(item, kind)];
    const reference = rest.shift();
    return reference === undefined ? [] : [driverStep(hardware, reference, kind)];
  });
  return [...steps, ...rest.map((reference) => driverStep(hardware, reference, kind))];
}

/** Arguments without the steps that are not the node's drivers' to do. */
export function withDriverSteps(args: JsonObject): JsonObject {
  const lists = ['clean_steps', 'deploy_steps', 'service_steps'].filter((name) => Array.isArray(args[name]));
  const stripped = lists.map((name) => [name, ofDrivers(wantedSteps(args[name]))]);
  return { ...args, ...Object.fromEntries(stripped) };
}

/** Whether the step that a reference names is in the journal already. */
export function isJournaled(steps: readonly StepRow[], reference: StepReference): boolean {
  return steps.some(
    ({ status, reference: other }) =>
      status !== 'pending' && other.interface === reference.interface && other.step === reference.step,
  );
}
