import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';

/** Statements on the nodes that have another one as their parent. */
@Injectable()
export class ChildrenRepository {
  constructor(private readonly database: Database) {}

  /** The UUIDs of a node's children, the oldest first. */
  async of(parent: string, reader: Pick<Transaction, 'query'> = this.database): Promise<string[]> {
    const rows = await reader.query<{ uuid: string }>('SELECT uuid FROM nodes WHERE parent_node = $1 ORDER BY id', [
      parent,
    ]);
    return rows.map((row) => row.uuid);
  }
}
