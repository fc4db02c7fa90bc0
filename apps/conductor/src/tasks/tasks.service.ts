import { instanceOf, type Outbox } from '@bessemer/bus';
import {
  eventSubject,
  type IntrospectionResult,
  type SignalCommand,
  type TaskCommand,
  TaskEvent,
} from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import type { TasksRepository } from './tasks.repository.js';

/**
 * Puts the event of a task into the outbox.
 * @throws `internal` for one that breaks the catalogue's rules, which the api could not read
 */
export async function publish(outbox: Outbox, tx: Transaction, event: TaskEvent): Promise<void> {
  await outbox.add(tx, {
    stream: 'EVENTS',
    subject: eventSubject('conductor', 'task', event.task, event.what),
    type: `bessemer.task.${event.what}`,
    aggregate: event.task,
    data: instanceOf(TaskEvent, event),
  });
}

/** Takes commands into the tables; the row decides from then on (DESIGN.md §5). */
export class TasksService {
  /**
   * @param host name of this conductor, in events
   * @param now the clock of events
   */
  constructor(
    private readonly repository: TasksRepository,
    private readonly outbox: Outbox,
    private readonly host: string,
    private readonly now: () => Date,
  ) {}

  /** Journals a task and reports it accepted; a repeated command finds its row and changes nothing. */
  async accept(command: TaskCommand, tx: Transaction): Promise<void> {
    const lane = command.kind === 'power' ? 'power' : 'provision';
    if (!(await this.repository.insert(tx, command, lane))) return;
    await publish(this.outbox, tx, {
      task: command.task,
      node: command.node.uuid,
      kind: command.kind,
      epoch: command.epoch,
      seq: 1,
      what: 'accepted',
      conductor: this.host,
      at: this.now().toISOString(),
    });
  }

  /** Keeps what was told to a task and wakes the conductors; a cancel ends the task here and now. */
  async signal(command: SignalCommand, tx: Transaction): Promise<void> {
    if (command.kind === 'cancel') await this.repository.cancel(tx, command.task, command.epoch);
    else if (command.kind === 'heartbeat') await this.repository.addHeartbeats([command], tx);
    else await this.repository.addSignal(tx, command);
  }

  /**
   * Keeps heartbeats as {@link signal} does, many at once; answers how many.
   *
   * @param signals of any tasks, also of such as are still to come
   */
  async heartbeats(signals: readonly SignalCommand[]): Promise<number> {
    await this.repository.addHeartbeats(signals);
    return signals.length;
  }

  /** Hands the inspector's result to the inspection that waits for it. */
  async introspected(result: IntrospectionResult, tx: Transaction): Promise<void> {
    await this.repository.addIntrospection(tx, result.node, result.finished_at, result);
  }

  /** Reports a queued task that has to wait its turn, once. */
  async explain(task: string, reason: string, tx: Transaction): Promise<void> {
    const row = await this.repository.explain(tx, task, reason);
    if (row === undefined) return;
    await publish(this.outbox, tx, {
      task,
      node: row.node,
      kind: row.kind,
      epoch: row.epoch,
      seq: row.seq,
      what: 'progress',
      conductor: this.host,
      at: this.now().toISOString(),
      reason,
    });
  }
}
