import type { SignalCommand, TaskCommand } from '@bessemer/contracts';
import { anyNumberOf, type Database, type Transaction } from '@bessemer/database';
import { endStates, type SignalRow, type StepRow, type TaskLane, type TaskRow } from './task.js';

/** The channel on which changes of tasks wake conductors; the payload is the task's UUID. */
export const wakeChannel = 'bessemer_task';

/** Length of a lease; renewed every {@link renewalMs}. */
export const leaseMs = 6000;
/** How often leases are renewed. */
export const renewalMs = 2000;

const over = endStates.map((state) => `'${state}'`).join(', ');

/** What a conductor claims tasks with. */
export interface Claimant {
  /** Host name of the conductor. */
  host: string;
  group: string;
  hardwareTypes: string[];
}

/** A task as it was claimed: the row after the claim, and who had it before. */
export interface ClaimedTask extends TaskRow {
  previous_owner: string | null;
  /** Whether the row's deadline had passed when it was claimed. */
  is_overdue: boolean;
}

// A signal that ends what the row waits for. A task that has failed by itself owes the answer to an abort all the same.
// What is read here of signals may be a moment older than the row: whoever claims looks at them again. A heartbeat of another epoch is stale, or comes before what raised it.
const signalWakes = `EXISTS (SELECT 1 FROM signals s WHERE s.task = t.uuid AND (
    s.kind = 'abort' AND s.epoch > t.epoch
    OR t.state = 'retrying' AND t.postponed AND s.kind = 'released'
    OR t.state = 'held' AND s.kind = 'unhold' AND s.epoch >= t.epoch
    OR t.state = 'waiting' AND t.wait_for = 'agent' AND s.kind = 'heartbeat' AND s.epoch = t.epoch
    OR t.state = 'waiting' AND t.wait_for = 'introspection' AND s.kind = 'introspection'))`;

// The first part finds few rows by their indexes; the second is what must hold of a row once it is locked. now() and not
// clock_timestamp(), which no index serves; that it is a moment old only means that a claim comes a moment later.
const due = `t.uuid IN (
      SELECT uuid FROM tasks WHERE state = 'running' AND lease_until < now()
      UNION ALL SELECT uuid FROM tasks WHERE state IN ('waiting', 'retrying') AND deadline <= now()
      UNION ALL SELECT task FROM signals)
    AND (t.state = 'running' AND t.lease_until < now()
    OR t.state IN ('waiting', 'retrying') AND t.deadline <= now()
    OR t.state IN ('queued', 'waiting', 'retrying', 'held', 'refused', 'finished', 'failed') AND ${signalWakes})`;

type Writer = Pick<Transaction, 'prepared'>;

/** The rows of tasks and of signals. */
export class TasksRepository {
  /** @param database the conductor's own schema */
  constructor(private readonly database: Database) {}

  /**
   * Inserts the task that a command asks for.
   * @returns whether it was new
   */
  async insert(tx: Transaction, command: TaskCommand, lane: TaskLane): Promise<boolean> {
    const rows = await tx.query(
      `INSERT INTO tasks (uuid, node, kind, verb, lane, epoch, seq, state, conductor_group, hardware_type, record, ports,
         arguments, request_id, children)
       VALUES ($1, $2, $3, $4, $5, $6, 1, 'queued', $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING RETURNING uuid`,
      [
        command.task,
        command.node.uuid,
        command.kind,
        command.verb,
        lane,
        command.epoch,
        command.node.conductor_group,
        command.node.driver,
        JSON.stringify(command.node),
        JSON.stringify(command.ports),
        JSON.stringify(command.arguments),
        command.requestId,
        JSON.stringify(command.children ?? []),
      ],
    );
    return rows.length > 0;
  }

  /** Keeps a signal until the task takes it, and wakes the conductors. */
  async addSignal(tx: Transaction, signal: SignalCommand): Promise<void> {
    await tx.query('INSERT INTO signals (task, kind, epoch, data) VALUES ($1, $2, $3, $4)', [
      signal.task,
      signal.kind,
      signal.epoch,
      JSON.stringify(signal.data),
    ]);
    await this.wake(tx, signal.task);
  }

  /**
   * Keeps heartbeats, of each task the newest alone, and wakes the conductors that the tasks may go on. A newer one is another version
   * of the row, so that whoever takes the older one leaves it.
   */
  async addHeartbeats(signals: readonly SignalCommand[], writer: Writer = this.database): Promise<void> {
    const inOrder = [...signals].sort((one, other) => one.epoch - other.epoch);
    const newest = [...new Map(inOrder.map((signal) => [signal.task, signal])).values()];
    await writer.prepared(
      'add heartbeats',
      `WITH given AS (
         SELECT * FROM unnest(${anyNumberOf('$2', 'uuid[]')}, ${anyNumberOf('$3', 'integer[]')}, ${anyNumberOf('$4', 'jsonb[]')})
           AS given (task, epoch, data)),
       added AS (
         INSERT INTO signals AS kept (task, kind, epoch, data)
         SELECT task, 'heartbeat', epoch, data FROM given ORDER BY task
         ON CONFLICT (task) WHERE kind = 'heartbeat' DO UPDATE
           SET version = kept.version + 1, epoch = excluded.epoch, data = excluded.data, created_at = DEFAULT
           WHERE kept.epoch <= excluded.epoch)
       SELECT pg_notify($1, t.uuid::text) FROM tasks t WHERE t.uuid = ANY(${anyNumberOf('$2', 'uuid[]')}) AND t.state NOT IN (${over})`,
      [
        wakeChannel,
        newest.map(({ task }) => task),
        newest.map(({ epoch }) => epoch),
        newest.map(({ data }) => JSON.stringify(data)),
      ],
    );
  }

  /** Gives the result of an introspection to the inspections of the node that are under way and began before it. */
  async addIntrospection(tx: Transaction, node: string, finishedAt: string, data: object): Promise<void> {
    const tasks = await tx.query<{ task: string }>(
      `INSERT INTO signals (task, kind, epoch, data)
       SELECT uuid, 'introspection', epoch, $3::jsonb FROM tasks
       WHERE node = $1 AND kind = 'inspect' AND state NOT IN (${over}) AND created_at <= $2 RETURNING task`,
      [node, finishedAt, JSON.stringify(data)],
    );
    for (const { task } of tasks) await this.wake(tx, task);
  }

  /** Ends a task silently, whoever holds it: the raised fence voids the holder's writes. */
  async cancel(tx: Transaction, task: string, epoch: number): Promise<void> {
    await tx.query(
      `UPDATE tasks SET state = 'cancelled', fence = fence + 1, owner = NULL, lease_until = NULL,
         finished_at = clock_timestamp(), since = clock_timestamp()
       WHERE uuid = $1 AND epoch <= $2 AND state NOT IN (${over})`,
      [task, epoch],
    );
    await this.wake(tx, task);
  }

  /** Tells the conductors of a task at once when the transaction commits. */
  async wake(tx: Transaction, task: string): Promise<void> {
    await tx.query('SELECT pg_notify($1, $2)', [wakeChannel, task]);
  }

  /**
   * Claims tasks that are due: whose lease ran out, whose wait is over, or that were told something.
   *
   * @param task one task, or null for all that are due
   */
  claimDue(claimant: Claimant, task: string | null, limit: number): Promise<ClaimedTask[]> {
    return this.claim(`${due} AND ($5::uuid IS NULL OR t.uuid = $5)`, claimant, limit, task);
  }

  /** Claims queued tasks of a lane, the oldest first. */
  claimQueued(claimant: Claimant, lane: TaskLane, limit: number): Promise<ClaimedTask[]> {
    return this.claim("t.state = 'queued' AND t.lane = $5", claimant, limit, lane);
  }

  private async claim(condition: string, claimant: Claimant, limit: number, extra: unknown): Promise<ClaimedTask[]> {
    return this.database.query<ClaimedTask>(
      `UPDATE tasks SET owner = $1, fence = tasks.fence + 1, state = 'running', since = clock_timestamp(),
         claimed_from = CASE tasks.state WHEN 'running' THEN tasks.claimed_from ELSE tasks.state END,
         lease_until = clock_timestamp() + interval '${leaseMs} milliseconds'
       FROM (SELECT t.uuid, t.owner FROM tasks t
             WHERE t.conductor_group = $2 AND t.hardware_type = ANY($3) AND ${condition}
             ORDER BY t.created_at LIMIT $4 FOR UPDATE OF t SKIP LOCKED) AS claimed
       WHERE tasks.uuid = claimed.uuid
       RETURNING tasks.*, claimed.owner AS previous_owner,
         coalesce(tasks.deadline <= clock_timestamp(), false) AS is_overdue`,
      [claimant.host, claimant.group, claimant.hardwareTypes, limit, extra],
    );
  }

  /** Whether the queue of a lane holds tasks that this conductor could do and that have not been told why they wait. */
  async unexplained(claimant: Claimant, lane: TaskLane): Promise<string[]> {
    const rows = await this.database.query<{ uuid: string }>(
      `SELECT uuid FROM tasks WHERE state = 'queued' AND reason IS NULL AND conductor_group = $1
         AND hardware_type = ANY($2) AND lane = $3`,
      [claimant.group, claimant.hardwareTypes, lane],
    );
    return rows.map((row) => row.uuid);
  }

  /**
   * Writes why a queued task waits, once.
   * @returns the task with its new `seq`, undefined when it is queued no more or was told before
   */
  async explain(tx: Transaction, task: string, reason: string): Promise<TaskRow | undefined> {
    const [row] = await tx.query<TaskRow>(
      `UPDATE tasks SET reason = $2, seq = seq + 1 WHERE uuid = $1 AND state = 'queued' AND reason IS NULL RETURNING *`,
      [task, reason],
    );
    return row;
  }

  /** Milliseconds until the next wait or retry within `withinMs` is over; undefined when there is none. */
  async nextDue(claimant: Claimant, withinMs: number): Promise<number | undefined> {
    const [row] = await this.database.query<{ due_in: number | null }>(
      `SELECT ceil(extract(epoch FROM min(deadline) - clock_timestamp()) * 1000)::integer AS due_in FROM tasks
       WHERE state IN ('waiting', 'retrying') AND conductor_group = $1 AND hardware_type = ANY($2)
         AND deadline > now() AND deadline < now() + $3 * interval '1 millisecond'`,
      [claimant.group, claimant.hardwareTypes, withinMs],
    );
    return row?.due_in ?? undefined;
  }

  /** The journal of a task, in order. */
  steps(task: string): Promise<StepRow[]> {
    return this.database.query<StepRow>('SELECT * FROM task_steps WHERE task = $1 ORDER BY position', [task]);
  }

  /** What was told to a task and has not been taken, the oldest first. */
  signals(task: string): Promise<SignalRow[]> {
    return this.database.query<SignalRow>('SELECT * FROM signals WHERE task = $1 ORDER BY id', [task]);
  }

  /** Deletes what is over for longer than the retention, and signals that no task will take. */
  async prune(retentionDays: number): Promise<void> {
    await this.database.query(
      `DELETE FROM tasks WHERE finished_at < clock_timestamp() - make_interval(days => $1)
         OR state = 'refused' AND since < clock_timestamp() - make_interval(days => $1)`,
      [retentionDays],
    );
    await this.database.query(
      `DELETE FROM signals s WHERE created_at < clock_timestamp() - interval '1 hour'
         AND NOT EXISTS (SELECT 1 FROM tasks t WHERE t.uuid = s.task AND t.state NOT IN (${over}))`,
    );
  }
}
