import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';

/** Statements on the nodes that tasks of other nodes work on. */
@Injectable()
export class BorrowedNodesRepository {
  constructor(private readonly database: Database) {}

  /** The UUIDs of what the task has borrowed. */
  async ofTask(tx: Transaction, task: string): Promise<string[]> {
    const rows = await tx.query<{ uuid: string }>('SELECT uuid FROM nodes WHERE borrower_task = $1 ORDER BY id', [
      task,
    ]);
    return rows.map(({ uuid }) => uuid);
  }

  /** Nodes whose borrower has another task, or none, or is gone. */
  abandoned(): Promise<{ uuid: string; borrower_task: string }[]> {
    return this.database.query(
      `SELECT n.uuid, n.borrower_task FROM nodes n WHERE n.borrower_task IS NOT NULL
         AND NOT EXISTS (SELECT FROM nodes b WHERE b.uuid = n.borrower AND n.borrower_task IN (b.task, b.power_task))`,
    );
  }
}
