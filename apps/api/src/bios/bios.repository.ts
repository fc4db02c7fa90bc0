import type { BiosSetting } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';

/** Statements on the BIOS settings of nodes. */
@Injectable()
export class BiosRepository {
  constructor(private readonly database: Database) {}

  /** Makes the list the node's settings; what is not in it is deleted. */
  async replace(tx: Transaction, node: string, settings: readonly BiosSetting[]): Promise<void> {
    const names = settings.map((setting) => setting.name);
    await tx.query('DELETE FROM bios_settings WHERE node_uuid = $1 AND NOT (name = ANY($2::text[]))', [node, names]);
    await tx.query(
      `INSERT INTO bios_settings (node_uuid, name, value)
       SELECT $1, s.name, s.value FROM unnest($2::text[], $3::text[]) AS s (name, value)
       ON CONFLICT (node_uuid, name) DO UPDATE SET value = EXCLUDED.value, updated_at = now()
       WHERE bios_settings.value IS DISTINCT FROM EXCLUDED.value`,
      [node, names, settings.map((setting) => setting.value ?? null)],
    );
  }

  /** The settings as JSON texts with their names; of one name, or all. */
  list(
    node: string,
    selection: Selection,
    context: { base: string; minor: number },
    name?: string,
  ): Promise<{ name: string; item: string }[]> {
    return this.database.query(
      `SELECT r.name, ${renderRecord(selection, context)} AS item, $1::text AS base FROM bios_settings r
       WHERE r.node_uuid = $2 AND ($3::text IS NULL OR r.name = $3) ORDER BY r.id`,
      [context.base, node, name ?? null],
    );
  }
}
