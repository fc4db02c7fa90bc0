import type { FirmwareComponent } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';

const facts = ['current_version', 'last_version_flashed', 'vendor', 'model', 'serial_number'] as const;

/** Statements on the firmware components of nodes. */
@Injectable()
export class FirmwareRepository {
  constructor(private readonly database: Database) {}

  /**
   * Makes the list the node's components; what is not in it is deleted. The first version that was seen of a component
   * stays its initial one; a fact that is not given stays as it was.
   */
  async replace(tx: Transaction, node: string, components: readonly FirmwareComponent[]): Promise<void> {
    const names = components.map(({ component }) => component);
    await tx.query('DELETE FROM firmware_components WHERE node_uuid = $1 AND NOT (component = ANY($2::text[]))', [
      node,
      names,
    ]);
    const kept = facts.map((name) => `${name} = COALESCE(EXCLUDED.${name}, f.${name})`);
    const changed = facts.map((name) => `COALESCE(EXCLUDED.${name}, f.${name}) IS DISTINCT FROM f.${name}`);
    await tx.query(
      `INSERT INTO firmware_components AS f (node_uuid, component, initial_version, ${facts.join(', ')})
       SELECT $1, c.component, COALESCE(c.initial_version, c.current_version), ${facts.map((name) => `c.${name}`).join(', ')}
       FROM unnest($2::text[], $3::text[], ${facts.map((_, index) => `$${index + 4}::text[]`).join(', ')})
         AS c (component, initial_version, ${facts.join(', ')})
       ON CONFLICT (node_uuid, component) DO UPDATE SET ${kept.join(', ')}, updated_at = now()
       WHERE ${changed.join(' OR ')}`,
      [
        node,
        names,
        components.map(({ initial_version: initial }) => initial ?? null),
        ...facts.map((name) => components.map((component) => component[name] ?? null)),
      ],
    );
  }

  /** The components as JSON texts. */
  async list(node: string, selection: Selection, context: { base: string; minor: number }): Promise<string[]> {
    const rows = await this.database.query<{ item: string }>(
      `SELECT ${renderRecord(selection, context)} AS item, $1::text AS base FROM firmware_components r
       WHERE r.node_uuid = $2 ORDER BY r.id`,
      [context.base, node],
    );
    return rows.map((row) => row.item);
  }
}
