import { fail, findStep, type StepContext, type StepOutcome } from '@bessemer/drivers';
import type { Logger } from '@bessemer/telemetry';
import { builtinSteps } from '../flows/builtin-steps.js';
import type { StepRow } from '../tasks/task.js';
import type { ChildSteps } from './child-steps.js';
import { LockedNodeError, PostponedError } from './control.js';
import { type Failure, failureOf } from './failures.js';
import type { StepContexts } from './step-contexts.js';
import type { TaskRun } from './task-run.js';

/** What a call of a step came to: its own answer, or that the conductor has to call it again as it was. */
export type CallOutcome = StepOutcome | { kind: 'postpone'; reason: string; isLocked: boolean };

/** What the executor needs of a step, wherever it comes from. */
export interface Callable {
  afterInterruption: 'rerun' | 'observe' | 'fail';
  run(context: StepContext): Promise<StepOutcome>;
}

/** Calls one step, whatever it is and however often it was called before. */
export class StepCalls {
  constructor(
    private readonly contexts: StepContexts,
    private readonly childSteps: ChildSteps,
    private readonly logger: Logger,
  ) {}

  /** What becomes of a step whose conductor died while it ran. */
  afterInterruption(run: TaskRun, step: StepRow): Callable['afterInterruption'] {
    return this.find(run, step)?.afterInterruption ?? 'fail';
  }

  /**
   * Calls the step and answers its outcome; an exception is a failure.
   *
   * @throws LeaseLostError, SupersededError when the run ends here, whatever the step made of it
   */
  async call(run: TaskRun, step: StepRow): Promise<CallOutcome> {
    const { interface: kind, step: name } = step.reference;
    const callable = this.find(run, step);
    if (callable === undefined)
      return fail('unsupported', `The node has no step ${kind}.${name} any more; see its interfaces.`);
    run.stop = undefined;
    let outcome: CallOutcome;
    try {
      outcome = await callable.run(this.contexts.build(run, step));
    } catch (error) {
      run.lease.signal.throwIfAborted();
      if (run.stop === undefined)
        this.logger.info({ err: error, task: run.task.uuid, step: `${kind}.${name}` }, 'a step threw');
      outcome = fail(...values(failureOf(error)));
    }
    run.lease.signal.throwIfAborted();
    return stopped(run) ?? outcome;
  }

  private find(run: TaskRun, step: StepRow): Callable | undefined {
    const { reference, origin } = step;
    const { child } = reference;
    // What the child's step declares is known only when the child is.
    if (child !== undefined) return { afterInterruption: 'observe', run: () => this.childSteps.call(run, step, child) };
    if (origin === 'internal') return run.flow.internal[reference.step];
    if (origin === 'core') return builtinSteps[reference.step];
    return findStep(run.hardware, reference);
  }
}

function stopped(run: TaskRun): CallOutcome | undefined {
  if (run.stop === undefined) return undefined;
  if (run.stop instanceof PostponedError)
    return { kind: 'postpone', reason: run.stop.message, isLocked: run.stop instanceof LockedNodeError };
  throw run.stop;
}

function values({ code, message, remedy }: Failure): [string, string, string | undefined] {
  return [code, message, remedy];
}
