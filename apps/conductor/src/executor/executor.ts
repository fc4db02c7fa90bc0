import { isDatabaseUnavailable } from '@bessemer/database';
import { isBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import type { Journal } from '../journal/journal.js';
import { LeaseLostError } from '../leases/lease.js';
import type { StepRow } from '../tasks/task.js';
import type { Beginning } from './beginning.js';
import { SupersededError } from './control.js';
import type { Settlement } from './settlement.js';
import type { StepCalls } from './step-calls.js';
import type { TaskRun } from './task-run.js';

/**
 * Does the steps of a claimed task one by one, until it is over or stands as a row again: the one place of persistence,
 * back-off, deadlines, events and cancellation for all of them.
 *
 * Cast: Beginning (what the claim found), StepCalls (one call), Settlement (what its outcome means), Journal (fenced
 * writes), Resumption (leave of the api before an effect).
 */
export class Executor {
  constructor(
    private readonly beginning: Beginning,
    private readonly calls: StepCalls,
    private readonly settlement: Settlement,
    private readonly journal: Journal,
    private readonly logger: Logger,
  ) {}

  /**
   * Works on the task as long as the lease stands and `mayGoOn` says so between two steps. Never rejects.
   */
  async run(run: TaskRun, mayGoOn: () => boolean): Promise<void> {
    const fields = { task: run.task.uuid, node: run.task.node, kind: run.task.kind, fence: run.lease.fence };
    try {
      await this.work(run, mayGoOn);
    } catch (error) {
      // With Postgres away the lease runs out, and whoever sees it first goes on.
      if (run.lease.signal.aborted || error instanceof LeaseLostError || isDatabaseUnavailable(error)) {
        this.logger.info(
          { ...fields, reason: reasonOf(run.lease.signal.reason ?? error) },
          'stopped working on a task',
        );
        return;
      }
      await this.endBadly(run, error, fields);
    }
  }

  private async work(run: TaskRun, mayGoOn: () => boolean): Promise<void> {
    if (!(await this.beginning.begin(run))) return;
    for (;;) {
      const step = run.current();
      if (step === undefined) return await this.settlement.finish(run);
      if (!mayGoOn() && step.status === 'pending') return await this.settlement.handOver(run);
      await this.begin(run, step);
      const outcome = await this.calls.call(run, step);
      if (!(await this.settlement.settle(run, step, outcome))) return;
    }
  }

  private async begin(run: TaskRun, step: StepRow): Promise<void> {
    if (step.status !== 'pending') return;
    const title = titleOf(run, step);
    await this.journal.write(run.lease, run.task, {
      task: { reason: null },
      steps: [{ position: step.position, status: 'started', attempt: 'first' }],
      events: [{ what: 'step-started', ...run.placeOf(step), ...(title ? { reason: title } : {}) }],
    });
    Object.assign(step, { status: 'started', attempt: 'first', started_at: new Date() });
  }

  // Superseded tasks stand as rows for the abort or cancel that is on its way; anything else is a bug, and must not
  // leave the node stuck.
  private async endBadly(run: TaskRun, error: unknown, fields: object): Promise<void> {
    try {
      if (error instanceof SupersededError) {
        this.logger.info({ ...fields, reason: error.message }, 'the task was not let go on');
        await this.settlement.park(run, error.message);
        return;
      }
      this.logger.error({ ...fields, err: error }, 'working on a task went wrong');
      await this.settlement.failNow(run, error);
    } catch (problem) {
      // The cancel that the refusal was about has come: there is nothing to be ended any more.
      if (problem instanceof LeaseLostError)
        this.logger.info({ ...fields, reason: problem.message }, 'let go of a task');
      else this.logger.error({ ...fields, err: problem }, 'a task could not be ended; its lease will run out');
    }
  }
}

/** What the step does, where its name alone does not say it. */
function titleOf(run: TaskRun, { origin, reference }: StepRow): string | undefined {
  if (reference.child !== undefined)
    return `Runs ${reference.interface}.${reference.step} on child node ${reference.child}.`;
  return origin === 'internal' ? run.flow.internal[reference.step]?.title : undefined;
}

function reasonOf(error: unknown): string {
  return isBessemerError(error) ? error.message : String(error);
}
