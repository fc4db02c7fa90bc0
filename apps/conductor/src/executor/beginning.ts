import { BessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import type { EventDraft, Journal } from '../journal/journal.js';
import type { AgentRow, SignalRow, StepRow } from '../tasks/task.js';
import type { TasksRepository } from '../tasks/tasks.repository.js';
import { failureOf, lostConductor } from './failures.js';
import type { Settlement } from './settlement.js';
import type { StepCalls } from './step-calls.js';
import type { TaskRun } from './task-run.js';

/** What the row and the signals say about how a claimed task goes on. */
export class Beginning {
  /** @param host name of this conductor */
  constructor(
    private readonly repository: TasksRepository,
    private readonly journal: Journal,
    private readonly calls: StepCalls,
    private readonly settlement: Settlement,
    private readonly host: string,
    private readonly logger: Logger,
  ) {}

  /**
   * Brings the run to the point where its current step can be called.
   * @returns false when there is nothing to be called
   */
  async begin(run: TaskRun): Promise<boolean> {
    const signals = await this.repository.signals(run.task.uuid);
    const abort = newest(signals, 'abort', (signal) => signal.epoch > run.task.epoch);
    if (abort !== undefined) {
      await this.abort(run, abort);
      return true;
    }
    switch (run.task.claimed_from) {
      case null:
        return await this.takeOver(run);
      case 'queued':
        return await this.plan(run);
      case 'waiting':
        return await this.wakeUp(run, signals);
      case 'retrying':
        return await this.again(run, signals);
      case 'held':
        return await this.unhold(run, signals);
      default:
        return await this.settlement.putBack(run);
    }
  }

  private async plan(run: TaskRun): Promise<boolean> {
    const started: EventDraft = { what: 'started' };
    try {
      const rows = run.rowsOf(run.flow.plan(run.context));
      run.replacePending(rows);
      await this.journal.write(run.lease, run.task, {
        task: { claimed_from: null, reason: null },
        add: rows,
        events: [started],
      });
    } catch (error) {
      if (!(error instanceof BessemerError) || run.lease.signal.aborted) throw error;
      await this.settlement.failBeforeSteps(run, failureOf(error), [started]);
      return false;
    }
    return true;
  }

  private async takeOver(run: TaskRun): Promise<boolean> {
    const { previous_owner: before, uuid } = run.task;
    this.logger.warn({ task: uuid, from: before }, 'took a task over');
    const reason = `${this.host} goes on for ${before ?? 'another conductor'}, whose lease has run out`;
    await this.journal.write(run.lease, run.task, { events: [{ what: 'progress', reason }] });
    const step = run.current();
    if (step === undefined || step.status === 'pending') return true;
    run.resumeCause = step.wake_up?.cause ?? 'retry';
    return await this.afterInterruption(run, step);
  }

  private async afterInterruption(run: TaskRun, step: StepRow): Promise<boolean> {
    switch (this.calls.afterInterruption(run, step)) {
      case 'rerun':
        return true;
      case 'observe':
        await this.call(run, step, { attempt: 'interrupted' });
        return true;
      case 'fail':
        return await this.settlement.settle(run, step, lostConductor(run));
    }
  }

  private async wakeUp(run: TaskRun, signals: SignalRow[]): Promise<boolean> {
    const step = run.current();
    if (step === undefined) throw new BessemerError('internal', 'The task waits without a step.');
    const { wait_for } = run.task;
    const wanted = wait_for === 'agent' ? 'heartbeat' : 'introspection';
    const cause = newest(signals, wanted, (signal) => wanted !== 'heartbeat' || signal.epoch === run.task.epoch);
    const stale = signals.filter((signal) => signal.kind === wanted);
    if (wait_for === 'time') {
      run.resumeCause = 'retry';
      await this.call(run, step, { attempt: 'resumed', wake_up: { cause: 'time', data: {} } });
      return true;
    }
    if (cause === undefined) {
      run.resumeCause = 'deadline';
      return run.task.is_overdue ? await this.settlement.timeOut(run, step) : await this.settlement.putBack(run);
    }
    run.resumeCause = cause.kind;
    const agent = cause.kind === 'heartbeat' ? agentOf(cause) : run.task.agent;
    const data = cause.kind === 'heartbeat' ? {} : cause.data;
    await this.call(run, step, { attempt: 'resumed', wake_up: { cause: cause.kind, data } }, stale, agent);
    return true;
  }

  private async again(run: TaskRun, signals: SignalRow[]): Promise<boolean> {
    const step = run.current();
    const released = signals.filter(({ kind }) => kind === 'released');
    await this.call(run, step, run.task.postponed ? {} : { attempt: 'retried', wake_up: null }, released);
    return true;
  }

  private async unhold(run: TaskRun, signals: SignalRow[]): Promise<boolean> {
    const step = run.current();
    const signal = newest(signals, 'unhold', ({ epoch }) => epoch >= run.task.epoch);
    if (signal === undefined) return await this.settlement.putBack(run);
    if (step === undefined) throw new BessemerError('internal', 'The task is held by nothing.');
    run.resumeCause = 'unhold';
    const taken = signals.filter(({ kind }) => kind === 'unhold' || kind === 'heartbeat');
    // A node with an agent goes on with the agent's next heartbeat, as Ironic's do; service goes on at once.
    if (run.task.agent !== null && run.task.kind !== 'service')
      return await this.settlement.awaitAgentAfterHold(run, signal.epoch, taken);
    const wake_up = { cause: 'unhold', data: {} };
    await this.journal.write(run.lease, run.task, {
      task: { claimed_from: null, epoch: signal.epoch, in_wait: true, needs_resume: true },
      steps: [{ position: step.position, attempt: 'resumed', wake_up }],
      take: taken,
    });
    Object.assign(step, { attempt: 'resumed', wake_up });
    return true;
  }

  private async call(
    run: TaskRun,
    step: StepRow | undefined,
    change: Partial<Pick<StepRow, 'attempt' | 'wake_up'>>,
    taken: readonly SignalRow[] = [],
    agent: AgentRow | null = run.task.agent,
  ): Promise<void> {
    await this.journal.write(run.lease, run.task, {
      task: { claimed_from: null, agent, postponed: false },
      steps: step === undefined ? [] : [{ position: step.position, ...change }],
      take: taken,
    });
    if (step !== undefined) Object.assign(step, change);
  }

  private async abort(run: TaskRun, signal: SignalRow): Promise<void> {
    const current = run.current();
    const aborted = current?.status === 'started' ? [current] : [];
    for (const step of aborted) step.status = 'skipped';
    const plan = run.rowsOf(run.cleanUpPlan('abort'));
    const drop = run.replacePending(plan);
    const data = signal.data['reason'];
    const reason = typeof data === 'string' ? data : 'aborted by request';
    await this.journal.write(run.lease, run.task, {
      task: {
        claimed_from: null,
        epoch: signal.epoch,
        ending: { how: 'abort' },
        in_wait: false,
        needs_resume: false,
        reason,
      },
      steps: aborted.map(({ position }) => ({ position, status: 'skipped' })),
      drop,
      add: plan,
      take: [signal],
      events: [{ what: 'progress', reason: `${reason}; clearing away what was begun` }],
    });
  }
}

function newest(
  signals: readonly SignalRow[],
  kind: SignalRow['kind'],
  fits: (signal: SignalRow) => boolean,
): SignalRow | undefined {
  return signals.filter((signal) => signal.kind === kind && fits(signal)).at(-1);
}

function agentOf({ data }: SignalRow): AgentRow {
  const text = (name: string) => (typeof data[name] === 'string' ? String(data[name]) : null);
  const token = data['agent_token'];
  return {
    callback_url: text('callback_url') ?? '',
    agent_version: text('agent_version'),
    agent_verify_ca: text('agent_verify_ca'),
    agent_token: token !== null && typeof token === 'object' && !Array.isArray(token) ? token : {},
  };
}
