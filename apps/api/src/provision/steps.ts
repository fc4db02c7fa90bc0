import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { shorten } from '../records/values.js';

/** A step that was read by the table of its members. */
export interface GivenStep {
  interface: string;
  step: string;
  args?: JsonObject;
  /** In a deployment: higher goes first, 0 takes the step out. */
  priority?: number;
  /** In a runbook: lower goes first. */
  order?: number;
  /** In cleaning and service: it is meant for the child nodes and not for the node itself. */
  execute_on_child_nodes?: boolean;
}

/** Steps that may do anything at all to a machine, and are refused therefore (reference: api.md §2.4). */
const forbiddenSteps = new Set(['vendor.send_raw']);

/** How texts name a step: `bios.factory_reset`. */
export const nameOfStep = (step: Pick<GivenStep, 'interface' | 'step'>): string => `${step.interface}.${step.step}`;

/** The steps that more than one of the list names. */
const repeatedIn = (steps: readonly GivenStep[]): string[] => {
  const names = steps.map(nameOfStep);
  return [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
};

/**
 * Refuses a list that names a step twice.
 *
 * @param what how the error names the list
 * @throws `invalid`, naming the steps
 */
export function requireDistinctSteps(what: string, steps: readonly GivenStep[], field = 'steps'): void {
  const repeated = repeatedIn(steps);
  if (repeated.length > 0)
    throw new BessemerError('invalid', `${what} names a step more than once: ${repeated.join(', ')}.`, { field });
}

const isSeconds = (value: unknown): boolean =>
  typeof value === 'number' ? value >= 0 : typeof value === 'string' && /^\d{1,9}$/.test(value);

/** Throws `invalid` for a wait whose length is none. */
function requireReadableWaits(field: string, steps: readonly GivenStep[]): void {
  for (const { step, args } of steps) {
    const seconds = step === 'wait' ? args?.['seconds'] : undefined;
    if (seconds !== undefined && !isSeconds(seconds))
      throw new BessemerError('invalid', `The step wait takes a number of seconds, not ${shorten(seconds)}.`, {
        field,
      });
  }
}

/** Throws `invalid` for a step that nobody may ask for, and for a wait whose length is none. */
export function requireAllowedSteps(field: string, steps: readonly GivenStep[]): void {
  const forbidden = steps.map(nameOfStep).filter((name) => forbiddenSteps.has(name));
  if (forbidden.length > 0)
    throw new BessemerError('invalid', `The step ${forbidden.join(', ')} is not allowed in ${field}.`, { field });
  requireReadableWaits(field, steps);
}

/** Steps that stop the node's own task, so that they mean nothing to another node. */
const stopping = new Set(['hold', 'wait']);

/** Throws `invalid` for a step that is meant for the child nodes and that no child node can do. */
export function requireStepsOfChildren(field: string, steps: readonly GivenStep[]): void {
  const meant = steps.filter((step) => step.execute_on_child_nodes === true);
  const refused = meant.filter(({ step }) => stopping.has(step)).map(nameOfStep);
  if (refused.length > 0)
    throw new BessemerError('invalid', `The step ${refused.join(', ')} cannot be executed on child nodes.`, {
      field,
      remedy: 'Leave execute_on_child_nodes out, so that it stops the cleaning or service of the node itself.',
    });
}

/** The steps in a value that was read as a list of them. */
export const stepsIn = (value: unknown): GivenStep[] =>
  Array.isArray(value) ? value.filter(isJsonObject).map((step) => step as JsonObject & GivenStep) : [];
