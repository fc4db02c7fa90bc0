import type { TaskFailure } from '@bessemer/contracts';
import type { StepOutcome } from '@bessemer/drivers';
import { isBessemerError } from '@bessemer/errors';
import { faultOfFailedAbort, holdStateOf, isTaskKind, waitStateOf } from '@bessemer/lifecycle';
import { driverStep } from '../flows/planned-steps.js';
import { scrub } from '../hardware/opened-node.js';
import { patchedRecord } from '../hardware/patched-record.js';
import type { Entry, EventDraft, Journal, StepChange } from '../journal/journal.js';
import type { Ending, SignalRow, StepRow } from '../tasks/task.js';
import { endOf } from './endings.js';
import { type Failure, failureOf, stepFailure, withoutSecrets } from './failures.js';
import type { Resumption } from './resumption.js';
import type { CallOutcome } from './step-calls.js';
import type { TaskRun } from './task-run.js';

type Outcome<Kind extends StepOutcome['kind']> = Extract<StepOutcome, { kind: Kind }>;

const firstPostponementMs = 500;
const longestPostponementMs = 15_000;

/** What the outcome of a step means for the row, the journal and the events of its task. */
export class Settlement {
  /**
   * @param waitSeconds by kind of task, how long an agent is waited for after a hold
   * @param lockedNodeMs how long a step waits for another node that somebody else works on
   */
  constructor(
    private readonly journal: Journal,
    private readonly resumption: Resumption,
    private readonly now: () => Date,
    private readonly waitSeconds: (run: TaskRun) => number,
    private readonly lockedNodeMs: number,
  ) {}

  /**
   * Writes what a step has answered.
   * @returns whether the task goes on at once
   */
  async settle(run: TaskRun, step: StepRow, outcome: CallOutcome): Promise<boolean> {
    if (outcome.kind === 'done' || outcome.kind === 'fail' || outcome.kind === 'hold') {
      const refusal = await this.resumed(run);
      if (refusal !== undefined) return await this.postpone(run, step, refusal);
    }
    switch (outcome.kind) {
      case 'done':
        return await this.done(run, step, outcome);
      case 'wait':
        return await this.wait(run, step, outcome);
      case 'retry':
        return await this.retry(run, step, outcome);
      case 'postpone':
        return outcome.isLocked
          ? await this.block(run, step, outcome.reason)
          : await this.postpone(run, step, outcome.reason);
      case 'hold':
        return await this.hold(run, step, outcome.reason);
      case 'fail':
        return await this.fail(run, step, outcome);
    }
  }

  /** Fails the task because what it waited for has not come in time; as long as the api is away it goes on waiting. */
  async timeOut(run: TaskRun, step: StepRow): Promise<boolean> {
    if ((await this.resumed(run)) !== undefined) {
      const deadline = new Date(this.now().getTime() + firstPostponementMs);
      await this.journal.write(run.lease, run.task, {
        task: { state: 'waiting', deadline },
        release: true,
        wake: true,
      });
      return false;
    }
    const text = run.flow.timeoutMessage?.(run.task.node) ?? `Timeout reached while waiting: ${run.task.reason ?? ''}`;
    const failure = stepFailure(run, step, { code: 'timeout', message: text });
    return await this.failWith(run, step, step.origin === 'internal' ? { ...failure, message: text } : failure);
  }

  /** Ends a task whose steps are all done, with the leave of the api where it must be asked. */
  async finish(run: TaskRun): Promise<void> {
    const refusal = run.task.ending === null ? await this.resumed(run) : undefined;
    if (refusal === undefined) await this.journal.write(run.lease, run.task, endOf(run, []));
    else
      await this.journal.write(run.lease, run.task, {
        task: {
          state: 'retrying',
          postponed: true,
          reason: refusal,
          deadline: new Date(this.now().getTime() + firstPostponementMs),
        },
        release: true,
        wake: true,
      });
  }

  /** Fails a task before its first step: nothing was touched, so nothing is cleared away. */
  async failBeforeSteps(run: TaskRun, cause: Failure, events: EventDraft[]): Promise<void> {
    const failure = withoutSecrets(cause, run.secrets);
    run.endWith({ how: 'fail', failure });
    await this.journal.write(run.lease, run.task, endOf(run, events));
  }

  /** Ends a task that the conductor itself cannot go on with. */
  async failNow(run: TaskRun, error: unknown): Promise<void> {
    await this.failBeforeSteps(run, failureOf(error), []);
  }

  /** Leaves the row to the abort or cancel that is on its way. */
  async park(run: TaskRun, reason: string): Promise<void> {
    await this.journal.write(run.lease, run.task, {
      task: { state: 'refused', reason, deadline: null },
      release: true,
      wake: true,
    });
  }

  /** Leaves the row as it stood before the claim: what it was claimed for has been taken by somebody else. */
  async putBack(run: TaskRun): Promise<false> {
    await this.journal.write(run.lease, run.task, {
      task: { state: run.task.claimed_from ?? 'refused' },
      release: true,
    });
    return false;
  }

  /** Between two steps: another conductor goes on at once. */
  async handOver(run: TaskRun): Promise<void> {
    await this.journal.write(run.lease, run.task, {
      task: { state: 'retrying', postponed: true, deadline: this.now() },
      release: true,
      wake: true,
    });
  }

  /** After an unhold: the agent's next heartbeat goes on. */
  async awaitAgentAfterHold(run: TaskRun, epoch: number, taken: readonly SignalRow[]): Promise<false> {
    const deadline = new Date(this.now().getTime() + this.waitSeconds(run) * 1000);
    const reason = 'waiting for the next heartbeat of the agent';
    await this.journal.write(run.lease, run.task, {
      task: { epoch, state: 'waiting', wait_for: 'agent', reason, deadline, in_wait: true, needs_resume: true },
      events: [{ what: 'progress', reason, deadline: deadline.toISOString() }],
      take: taken,
      release: true,
      wake: true,
    });
    return false;
  }

  // The step reports the end of a wait without having asked for leave to act; a text says why it cannot be had now.
  private async resumed(run: TaskRun): Promise<string | undefined> {
    try {
      await this.resumption.ensure(run);
      return undefined;
    } catch (error) {
      if (isBessemerError(error) && error.name === 'PostponedError') return error.message;
      throw error;
    }
  }

  private async done(run: TaskRun, step: StepRow, outcome: Outcome<'done'>): Promise<boolean> {
    const { child } = step.reference;
    const internal = step.origin === 'internal' ? run.flow.internal[step.reference.step] : undefined;
    const event: EventDraft = {
      what: 'step-finished',
      ...run.placeOf(step),
      duration: durationOf(step, this.now()),
      ...(outcome.patch ? { patch: outcome.patch } : {}),
      ...(internal?.transition && step.stage === 'work' ? { transition: internal.transition } : {}),
      ...(child === undefined ? {} : { borrowed: { node: child, returned: true } }),
    };
    step.status = 'finished';
    const patch = child === undefined ? outcome.patch : undefined;
    run.applyPatch(patch);
    const entry: Entry = {
      task: {
        record: patchedRecord(run.task.record, patch),
        reason: null,
        // An abort that had to wait for the end of this step comes into force with its report.
        ...(step.stage === 'work' && !step.abortable ? { needs_resume: true } : {}),
      },
      steps: [{ position: step.position, status: 'finished' }],
      events: [event],
    };
    const problem = outcome.then === undefined ? undefined : this.replan(run, outcome.then, entry);
    if (problem !== undefined) return await this.failAfter(run, entry, problem);
    return await this.goOnOrEnd(run, entry);
  }

  private replan(run: TaskRun, then: Outcome<'done'>['then'] & object, entry: Entry): TaskFailure | undefined {
    try {
      const plan =
        run.flow.replan?.(run.context, then, run.steps) ??
        then.map((reference) => driverStep(run.hardware, reference, run.task.kind));
      const rows = run.rowsOf(plan);
      Object.assign(entry, { drop: run.replacePending(rows), add: rows });
      return undefined;
    } catch (error) {
      return withoutSecrets(failureOf(error), run.secrets);
    }
  }

  private async wait(run: TaskRun, step: StepRow, outcome: Outcome<'wait'>): Promise<boolean> {
    const reason = scrub(outcome.reason, run.secrets);
    const memory = outcome.memory ?? step.memory;
    // Still in its wait state: the step only looked, and nothing changes but the deadline. After a take-over or a
    // postponed call the api may have moved the node already, without an answer that came: then it is told again.
    const onlyLooked = run.task.in_wait && run.wasWaiting && outcome.patch === undefined;
    const leaves = !onlyLooked && step.stage === 'work' && isTaskKind(step.kind) && waitStateOf(step.kind) !== null;
    const event: EventDraft = {
      what: leaves ? 'waiting' : 'progress',
      reason,
      waits_for: outcome.for,
      deadline: (outcome.deadline ?? outcome.until).toISOString(),
      ...run.placeOf(step),
      ...(leaves ? { transition: 'wait' } : {}),
      ...(outcome.patch ? { patch: outcome.patch } : {}),
    };
    const isNews = !onlyLooked || reason !== run.task.reason;
    run.applyPatch(outcome.patch);
    step.memory = memory;
    await this.journal.write(run.lease, run.task, {
      task: {
        state: 'waiting',
        wait_for: outcome.for,
        reason,
        deadline: outcome.until,
        record: patchedRecord(run.task.record, outcome.patch),
        in_wait: leaves || run.task.in_wait,
        needs_resume: leaves || run.task.needs_resume,
        postponed: false,
      },
      steps: [{ position: step.position, memory }],
      events: isNews ? [event] : [],
      release: true,
      wake: true,
    });
    return false;
  }

  private async retry(run: TaskRun, step: StepRow, outcome: Outcome<'retry'>): Promise<boolean> {
    await this.later(run, step, outcome.reason, outcome.after, {
      position: step.position,
      tries: step.tries + 1,
      memory: outcome.memory ?? step.memory,
    });
    return false;
  }

  // The task stands as a row until the api tells that the node is free; it asks again by itself should no word come.
  private async block(run: TaskRun, step: StepRow, reason: string): Promise<boolean> {
    const now = this.now().getTime();
    const until = step.blocked_until ?? new Date(now + this.lockedNodeMs);
    if (until.getTime() <= now)
      return await this.fail(run, step, {
        code: 'node-locked',
        message: `${reason} It was waited for until ${until.toISOString()}.`,
        remedy: 'Wait until that work is over, then start again.',
      });
    const after = Math.min(delayOf(step), until.getTime() - now);
    const change = { position: step.position, tries: step.tries + 1, blocked_until: until };
    await this.later(run, step, reason, after, change, true);
    return false;
  }

  private async postpone(run: TaskRun, step: StepRow, reason: string): Promise<boolean> {
    await this.later(run, step, reason, delayOf(step), { position: step.position, tries: step.tries + 1 }, true);
    return false;
  }

  private async later(
    run: TaskRun,
    step: StepRow,
    why: string,
    afterMs: number,
    change: StepChange,
    postponed = false,
  ): Promise<void> {
    const reason = scrub(why, run.secrets);
    const deadline = new Date(this.now().getTime() + afterMs);
    const isNews = reason !== run.task.reason;
    await this.journal.write(run.lease, run.task, {
      task: { state: 'retrying', postponed, reason, deadline },
      steps: [change],
      events: isNews ? [{ what: 'progress', reason, ...run.placeOf(step), ...givenUpAt(change.blocked_until) }] : [],
      release: true,
      wake: true,
    });
  }

  private async hold(run: TaskRun, step: StepRow, why: string): Promise<boolean> {
    const reason = scrub(why, run.secrets);
    const holds = isTaskKind(step.kind) && holdStateOf(step.kind) !== null && step.stage === 'work';
    await this.journal.write(run.lease, run.task, {
      task: { state: 'held', reason, deadline: null },
      events: [{ what: 'held', reason, ...run.placeOf(step), ...(holds ? { transition: 'hold' } : {}) }],
      release: true,
      wake: true,
    });
    return false;
  }

  private async fail(run: TaskRun, step: StepRow, cause: Failure): Promise<boolean> {
    const failure = stepFailure(run, step, cause);
    return step.stage === 'clean-up'
      ? await this.failInCleanUp(run, step, failure.message)
      : await this.failWith(run, step, failure);
  }

  private async failWith(run: TaskRun, step: StepRow, failure: TaskFailure): Promise<boolean> {
    step.status = 'failed';
    return await this.failAfter(run, { steps: [{ position: step.position, status: 'failed' }] }, failure);
  }

  // Drops what was still to come and clears away what was begun; the task fails when that is done.
  private async failAfter(run: TaskRun, entry: Entry, failure: TaskFailure): Promise<boolean> {
    run.endWith({ how: 'fail', failure });
    const rows = run.rowsOf(run.cleanUpPlan('fail'));
    const drop = [...(entry.drop ?? []), ...run.replacePending(rows)];
    const news: EventDraft[] = rows.length > 0 ? [{ what: 'progress', reason: failure.message }] : [];
    return await this.goOnOrEnd(run, {
      ...entry,
      task: { ...entry.task, ending: run.task.ending, reason: failure.message },
      drop,
      add: rows,
      events: [...(entry.events ?? []), ...news],
    });
  }

  private async failInCleanUp(run: TaskRun, step: StepRow, message: string): Promise<boolean> {
    step.status = 'failed';
    const ending = withProblem(run, message);
    run.endWith(ending);
    return await this.goOnOrEnd(run, {
      task: { ending, reason: message },
      steps: [{ position: step.position, status: 'failed' }],
      events: [{ what: 'progress', reason: message }],
    });
  }

  private async goOnOrEnd(run: TaskRun, entry: Entry): Promise<boolean> {
    const mustAsk = run.task.ending === null && entry.task?.needs_resume === true;
    if (run.current() !== undefined || mustAsk) {
      await this.journal.write(run.lease, run.task, entry);
      return true;
    }
    const end = endOf(run, entry.events ?? []);
    await this.journal.write(run.lease, run.task, { ...entry, ...end, task: { ...entry.task, ...end.task } });
    return false;
  }
}

function withProblem(run: TaskRun, message: string): Ending {
  const { ending } = run.task;
  if (ending?.how === 'fail')
    return { how: 'fail', failure: { ...ending.failure, message: `${ending.failure.message} ${message}` } };
  const fault = isTaskKind(run.task.kind) ? faultOfFailedAbort(run.task.kind) : null;
  return { how: 'abort', problem: message, ...(fault === null ? {} : { fault }) };
}

const delayOf = ({ tries }: StepRow): number =>
  Math.min(firstPostponementMs * 2 ** Math.min(tries, 10), longestPostponementMs);

const givenUpAt = (until: Date | null | undefined): Pick<EventDraft, 'deadline'> =>
  until ? { deadline: until.toISOString() } : {};

function durationOf(step: StepRow, now: Date): number {
  return step.started_at === null ? 0 : Math.max(0, (now.getTime() - step.started_at.getTime()) / 1000);
}
