import { fail, findStep, type StepContext, type StepOutcome } from '@bessemer/drivers';
import type { Logger } from '@bessemer/telemetry';
import { builtinSteps } from '../flows/builtin-steps.js';
import type { StepRow } from '../tasks/task.js';
import { PostponedError } from './control.js';
import { type Failure, failureOf } from './failures.js';
import type { StepContexts } from './step-contexts.js';
import type { TaskRun } from './task-run.js';

/** What a call of a step came to: its own answer, or that the conductor has to call it again as it was. */
export type CallOutcome = StepOutcome | { kind: 'postpone'; reason: string };

/** What the executor needs of a step, wherever it comes from. */
interface Callable {
  afterInterruption: 'rerun' | 'observe' | 'fail';
  run(context: StepContext): Promise<StepOutcome>;
}

/** Calls one step, whatever it is and however often it was called before. */
export class StepCalls {
  constructor(
    private readonly contexts: StepContexts,
    private readonly logger: Logger,
  ) {}

  /** What becomes of a step whose conductor died while it ran. */
  afterInterruption(run: TaskRun, step: StepRow): Callable['afterInterruption'] {
    return find(run, step)?.afterInterruption ?? 'fail';
  }

  /**
   * Calls the step and answers its outcome; an exception is a failure.
   *
   * @throws LeaseLostError, SupersededError when the run ends here, whatever the step made of it
   */
  async call(run: TaskRun, step: StepRow): Promise<CallOutcome> {
    const { interface: kind, step: name } = step.reference;
    const callable = find(run, step);
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
}

function stopped(run: TaskRun): CallOutcome | undefined {
  if (run.stop === undefined) return undefined;
  if (run.stop instanceof PostponedError) return { kind: 'postpone', reason: run.stop.message };
  throw run.stop;
}

function find(run: TaskRun, step: StepRow): Callable | undefined {
  if (step.origin === 'internal') return run.flow.internal[step.reference.step];
  if (step.origin === 'core') return builtinSteps[step.reference.step];
  return findStep(run.hardware, step.reference);
}

function values({ code, message, remedy }: Failure): [string, string, string | undefined] {
  return [code, message, remedy];
}
