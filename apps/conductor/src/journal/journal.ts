import { setTimeout as delay } from 'node:timers/promises';
import type { Outbox } from '@bessemer/bus';
import type { TaskEvent } from '@bessemer/contracts';
import { type Database, isDatabaseUnavailable, type Transaction } from '@bessemer/database';
import type { Lease } from '../leases/lease.js';
import type { PlannedStep, SignalRow, StepRow, TaskRow } from '../tasks/task.js';
import { publish } from '../tasks/tasks.service.js';

/** Columns of a task that a run changes. */
export type TaskChange = Partial<
  Pick<
    TaskRow,
    | 'epoch'
    | 'state'
    | 'claimed_from'
    | 'record'
    | 'wait_for'
    | 'reason'
    | 'deadline'
    | 'in_wait'
    | 'needs_resume'
    | 'postponed'
    | 'ending'
    | 'agent'
  >
>;

/** Columns of a step that a run changes, by its position. */
export type StepChange = { position: number } & Partial<
  Pick<StepRow, 'status' | 'attempt' | 'wake_up' | 'memory' | 'tries' | 'blocked_until'>
>;

/** What of an event the run decides; the rest is the task's. */
export type EventDraft = Pick<TaskEvent, 'what'> &
  Partial<
    Pick<
      TaskEvent,
      'transition' | 'step' | 'borrowed' | 'patch' | 'reason' | 'waits_for' | 'deadline' | 'failure' | 'duration'
    >
  >;

/** One write of the journal: all of it or nothing, and nothing without the lease. */
export interface Entry {
  task?: TaskChange;
  /** Steps to append, at the positions given. */
  add?: readonly (PlannedStep & { position: number })[];
  /** Steps to change. */
  steps?: readonly StepChange[];
  /** Pending steps to take out. */
  drop?: readonly number[];
  /** Signals that are taken with this write; one that has a newer version by now is left. */
  take?: readonly Pick<SignalRow, 'id' | 'version'>[];
  /** Drops heartbeats that were not taken: the agent that sent them is gone. */
  dropHeartbeats?: boolean;
  events?: readonly EventDraft[];
  /** Gives the lease up: the row stands for itself. */
  release?: boolean;
  /** Ends the task. */
  end?: boolean;
  /** Wakes conductors at once when committed. */
  wake?: boolean;
}

const jsonColumns = new Set(['record', 'ending', 'agent', 'wake_up', 'memory', 'reference']);
const retryMs = 200;

/** Writes what happens to a running task, with its events, fenced by the lease (docs/architecture.md, fences). */
export class Journal {
  /**
   * @param host name of this conductor, in events
   * @param now the clock of events
   */
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly host: string,
    private readonly now: () => Date,
  ) {}

  /**
   * Writes one entry and sets `task.seq` and `task.epoch` to what the row holds afterwards.
   *
   * While Postgres is away it is tried again as long as the lease may stand; an entry whose commit was not answered is
   * recognised by `seq`, which each entry with events raises, and is not written twice.
   *
   * @throws LeaseLostError when the lease does not stand: nothing was written
   */
  async write(lease: Lease, task: TaskRow, entry: Entry): Promise<void> {
    const adopts = entry.task?.epoch !== undefined && entry.task.epoch !== task.epoch;
    const before = { epoch: task.epoch, seq: task.seq };
    const after = {
      epoch: entry.task?.epoch ?? task.epoch,
      seq: (adopts ? 0 : task.seq) + (entry.events?.length ?? 0),
    };
    for (;;) {
      lease.signal.throwIfAborted();
      try {
        await this.database.transaction((tx) => this.writeOnce(tx, lease, task, entry, before, after));
        break;
      } catch (error) {
        if (!isDatabaseUnavailable(error)) throw error;
        if (!lease.mayStand()) throw lease.lose('the database does not answer');
        await delay(retryMs);
      }
    }
    Object.assign(task, entry.task, after);
  }

  private async writeOnce(
    tx: Transaction,
    lease: Lease,
    task: TaskRow,
    entry: Entry,
    before: { epoch: number; seq: number },
    after: { epoch: number; seq: number },
  ): Promise<void> {
    const values: unknown[] = [lease.task, lease.fence, before.epoch, before.seq, after.epoch, after.seq];
    const { epoch: _, ...change } = entry.task ?? {};
    const sets = assignments(change, values);
    if (entry.release || entry.end) sets.push('owner = NULL', 'lease_until = NULL');
    if (entry.end) sets.push('finished_at = clock_timestamp()');
    if (entry.release || entry.end) sets.push('since = clock_timestamp()');
    const rows = await tx.query(
      `UPDATE tasks SET epoch = $5, seq = $6${sets.map((set) => `, ${set}`).join('')}
       WHERE uuid = $1 AND fence = $2 AND epoch = $3 AND seq = $4 AND lease_until > clock_timestamp() RETURNING uuid`,
      values,
    );
    if (rows.length === 0) {
      await this.assertWritten(tx, lease, before, after);
      return;
    }
    await writeSteps(tx, lease.task, entry);
    if (entry.take?.length)
      await tx.query(
        `DELETE FROM signals USING unnest($1::bigint[], $2::integer[]) AS taken (id, version)
         WHERE signals.id = taken.id AND signals.version = taken.version`,
        [entry.take.map(({ id }) => id), entry.take.map(({ version }) => version)],
      );
    if (entry.dropHeartbeats)
      await tx.query("DELETE FROM signals WHERE task = $1 AND kind = 'heartbeat'", [lease.task]);
    const first = after.seq - (entry.events?.length ?? 0) + 1;
    for (const [index, draft] of (entry.events ?? []).entries())
      await publish(this.outbox, tx, {
        task: task.uuid,
        node: task.node,
        kind: task.kind,
        epoch: after.epoch,
        seq: first + index,
        conductor: this.host,
        at: this.now().toISOString(),
        ...draft,
      });
    if (entry.wake) await tx.query("SELECT pg_notify('bessemer_task', $1)", [lease.task]);
  }

  // Zero rows: the lease is gone, or an earlier try was committed though its answer was lost.
  private async assertWritten(
    tx: Transaction,
    lease: Lease,
    before: { epoch: number; seq: number },
    after: { epoch: number; seq: number },
  ): Promise<void> {
    const isMarked = before.seq !== after.seq || before.epoch !== after.epoch;
    const rows = await tx.query('SELECT 1 FROM tasks WHERE uuid = $1 AND fence = $2 AND epoch = $3 AND seq = $4', [
      lease.task,
      lease.fence,
      after.epoch,
      after.seq,
    ]);
    if (!isMarked || rows.length === 0) throw lease.lose('it ran out, or another conductor has taken the task');
  }
}

function assignments(change: object, values: unknown[]): string[] {
  return Object.entries(change).map(([column, value]) => {
    values.push(jsonColumns.has(column) && value !== null ? JSON.stringify(value) : value);
    return `${column} = $${values.length}`;
  });
}

async function writeSteps(tx: Transaction, task: string, entry: Entry): Promise<void> {
  if (entry.drop?.length)
    await tx.query('DELETE FROM task_steps WHERE task = $1 AND position = ANY($2::integer[])', [task, entry.drop]);
  for (const step of entry.add ?? [])
    await tx.query(
      `INSERT INTO task_steps (task, position, kind, stage, origin, reference, abortable)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [task, step.position, step.kind, step.stage, step.origin, JSON.stringify(step.reference), step.abortable],
    );
  for (const { position, ...change } of entry.steps ?? []) {
    const values: unknown[] = [task, position];
    const sets = assignments(change, values);
    if (change.status === 'started') sets.push('started_at = coalesce(started_at, clock_timestamp())');
    else if (change.status !== undefined) sets.push('finished_at = clock_timestamp()');
    if (sets.length > 0)
      await tx.query(`UPDATE task_steps SET ${sets.join(', ')} WHERE task = $1 AND position = $2`, values);
  }
}
