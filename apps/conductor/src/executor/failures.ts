import type { TaskFailure } from '@bessemer/contracts';
import type { StepOutcome } from '@bessemer/drivers';
import { isBessemerError } from '@bessemer/errors';
import { faultOfFailedStep, isTaskKind } from '@bessemer/lifecycle';
import { scrub } from '../hardware/opened-node.js';
import type { StepRow } from '../tasks/task.js';
import type { TaskRun } from './task-run.js';

/** Why something failed, and what can be done about it. */
export type Failure = Pick<TaskFailure, 'code' | 'message' | 'remedy'>;

/** The outcome that an exception of a step is: drivers answer normal failures, but machines surprise them. */
export function failureOf(error: unknown): Failure {
  if (isBessemerError(error)) {
    const { code, message, remedy } = error;
    return { code, message, ...(remedy === undefined ? {} : { remedy }) };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** The outcome of a step that may not be done again and whose conductor died while it ran. */
export const lostConductor = (run: TaskRun): Extract<StepOutcome, { kind: 'fail' }> => ({
  kind: 'fail',
  code: 'interrupted',
  message: `The conductor ${run.task.previous_owner ?? ''} was lost while the step ran, and it is not known how far it came. Look at the machine, then start again.`,
});

/** The failure as it may be told: nothing of the task's secrets is in it. */
export const withoutSecrets = (failure: Failure, secrets: TaskRun['secrets']): Failure => ({
  ...failure,
  message: scrub(failure.message, secrets),
  ...(failure.remedy === undefined ? {} : { remedy: scrub(failure.remedy, secrets) }),
});

/** Why the task fails when this step has failed; a fault where a clean or service step was running. */
export function stepFailure(run: TaskRun, step: StepRow, cause: Failure): TaskFailure {
  const told = withoutSecrets({ ...cause, message: `${headline(run, step)}${cause.message}` }, run.secrets);
  const fault = step.origin === 'internal' || !isTaskKind(step.kind) ? null : faultOfFailedStep(step.kind);
  return { ...told, ...(fault === null ? {} : { fault }) };
}

function headline(run: TaskRun, step: StepRow): string {
  const { interface: kind, step: name } = step.reference;
  if (step.origin !== 'internal') {
    const work = step.kind.charAt(0).toUpperCase() + step.kind.slice(1);
    const { child } = step.reference;
    const place = child === undefined ? `node ${run.task.node}` : `child node ${child} of node ${run.task.node}`;
    return `${work} step ${kind}.${name} failed on ${place}. `;
  }
  const title = run.flow.internal[name]?.title ?? name;
  return `Failed to ${title} for node ${run.task.node}. Error: `;
}
