import type { TaskEvent } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';

/** Events that came before the ones that precede them. */
@Injectable()
export class ParkedEventsRepository {
  async park(tx: Transaction, event: TaskEvent): Promise<void> {
    await tx.query(
      `INSERT INTO parked_task_events (task, epoch, seq, event) VALUES ($1, $2, $3, $4)
       ON CONFLICT (task, epoch, seq) DO NOTHING`,
      [event.task, event.epoch, event.seq, JSON.stringify(event)],
    );
  }

  /** The parked event of that place, which is parked no more. */
  async take(tx: Transaction, task: string, epoch: number, seq: number): Promise<TaskEvent | undefined> {
    const [row] = await tx.query<{ event: TaskEvent }>(
      'DELETE FROM parked_task_events WHERE task = $1 AND epoch = $2 AND seq = $3 RETURNING event',
      [task, epoch, seq],
    );
    return row?.event;
  }

  /** Forgets what is parked of a task that has ended or been replaced. */
  async forget(tx: Transaction, task: string): Promise<void> {
    await tx.query('DELETE FROM parked_task_events WHERE task = $1', [task]);
  }
}
