import { isJsonObject, type Json, type JsonObject, type TaskKind } from '@bessemer/contracts';
import { findStep, type HardwareType, type StepReference } from '@bessemer/drivers';
import type { PlannedStep, StepRow } from '../tasks/task.js';
import { builtinSteps } from './builtin-steps.js';

/** The steps that a user asked for, as the api accepted them. */
export function wantedSteps(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** Whether a user's step is one of the conductor's own; such names are reserved on any interface. */
export function isBuiltin(item: JsonObject): boolean {
  return Object.hasOwn(builtinSteps, String(item['step']));
}

/** Puts one of the conductor's built-in steps into a plan. */
export function builtinStep(item: JsonObject, kind: TaskKind): PlannedStep {
  const args = isJsonObject(item['args']) ? item['args'] : {};
  const priority = typeof item['priority'] === 'number' ? item['priority'] : 0;
  return {
    kind,
    stage: 'work',
    origin: 'core',
    reference: { interface: 'power', step: String(item['step']), priority, args },
    abortable: true,
  };
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
 * The user's steps in the user's order: the conductor's own among those that the driver has planned.
 *
 * @param wanted the user's list
 * @param planned the driver's answer to the same list without the conductor's own steps, in the same order
 */
export function inGivenOrder(
  hardware: HardwareType,
  kind: TaskKind,
  wanted: readonly JsonObject[],
  planned: readonly StepReference[],
): PlannedStep[] {
  const rest = [...planned];
  const steps = wanted.flatMap((item) => {
    if (isBuiltin(item)) return [builtinStep(item, kind)];
    const reference = rest.shift();
    return reference === undefined ? [] : [driverStep(hardware, reference, kind)];
  });
  return [...steps, ...rest.map((reference) => driverStep(hardware, reference, kind))];
}

/** Arguments without the conductor's own steps, which no driver knows. */
export function withoutBuiltins(args: JsonObject): JsonObject {
  const lists = ['clean_steps', 'deploy_steps', 'service_steps'].filter((name) => Array.isArray(args[name]));
  const stripped = lists.map((name) => [name, wantedSteps(args[name]).filter((item) => !isBuiltin(item))]);
  return { ...args, ...Object.fromEntries(stripped) };
}

/** Whether the step that a reference names is in the journal already. */
export function isJournaled(steps: readonly StepRow[], reference: StepReference): boolean {
  return steps.some(
    ({ status, reference: other }) =>
      status !== 'pending' && other.interface === reference.interface && other.step === reference.step,
  );
}
