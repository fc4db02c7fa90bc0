import { fail, findStep, requestedSteps, type StepOutcome } from '@bessemer/drivers';
import { BessemerError } from '@bessemer/errors';
import type { BorrowedNode } from '../borrowed-nodes/borrowed-node.js';
import type { BorrowedNodes } from '../borrowed-nodes/borrowed-nodes.js';
import { builtinSteps } from '../flows/builtin-steps.js';
import type { StepRow } from '../tasks/task.js';
import { lostConductor } from './failures.js';
import type { Callable } from './step-calls.js';
import type { StepContexts } from './step-contexts.js';
import type { TaskRun } from './task-run.js';

/**
 * Does the steps of a task that are meant for a child of its node: on that child, which the task borrows for it, with
 * what that child's own drivers offer (reference: states.md §4).
 */
export class ChildSteps {
  constructor(
    private readonly borrowedNodes: BorrowedNodes,
    private readonly contexts: StepContexts,
  ) {}

  /** Does one step on one child; what it answers is as of any step, but that it never waits nor holds. */
  async call(run: TaskRun, step: StepRow, uuid: string): Promise<StepOutcome> {
    const child = await this.borrowedNodes.borrow(run, step, uuid);
    // Only the children that the node has now are meant.
    if (child === undefined) return { kind: 'done' };
    const callable = callableOf(child, step);
    const isInterrupted = step.attempt === 'interrupted';
    if (isInterrupted && callable.afterInterruption === 'fail') return lostConductor(run);
    const attempt = isInterrupted && callable.afterInterruption === 'rerun' ? 'first' : step.attempt;
    const outcome = await callable.run(this.contexts.build(run, step, child, attempt));
    switch (outcome.kind) {
      case 'done':
        return { kind: 'done', ...(outcome.patch ? { patch: outcome.patch } : {}) };
      case 'wait':
      case 'hold':
        return fail('unsupported', `It does not end by itself (${outcome.reason}), as a step on a child node must.`);
      default:
        return outcome;
    }
  }
}

function callableOf({ node, hardware }: BorrowedNode, { reference, kind }: StepRow): Callable {
  const { interface: name, step: title, args } = reference;
  const builtin = Object.hasOwn(builtinSteps, title) ? builtinSteps[title] : undefined;
  if (builtin !== undefined) return builtin;
  const wanted = [{ interface: name, step: title, args }];
  const [planned] = requestedSteps(node, hardware, kind === 'service' ? 'service' : 'clean', wanted, { inBand: [] });
  const step = planned && findStep(hardware, planned);
  if (step === undefined || step.requiresRamdisk)
    throw new BessemerError(
      'unsupported',
      `The step ${name}.${title} needs a ramdisk on the node that it is done on.`,
      {
        remedy: 'Ask for it on the child node itself.',
      },
    );
  return step;
}
