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

  /** Whether a node is the other one, or stands below it at whatever depth. */
  async isWithin(node: string, ancestor: string, reader: Pick<Transaction, 'query'> = this.database): Promise<boolean> {
    const rows = await reader.query(
      `WITH RECURSIVE line AS (
         SELECT uuid, parent_node FROM nodes WHERE uuid = $1
         UNION SELECT n.uuid, n.parent_node FROM nodes n JOIN line ON n.uuid = line.parent_node)
       SELECT 1 FROM line WHERE uuid = $2`,
      [node, ancestor],
    );
    return rows.length > 0;
  }
}
