import type { BiosSetting } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';

/** What the machine's registry says of a setting. */
const facts = {
  attribute_type: 'text',
  allowable_values: 'jsonb',
  lower_bound: 'integer',
  max_length: 'integer',
  min_length: 'integer',
  read_only: 'boolean',
  reset_required: 'boolean',
  unique: 'boolean',
  upper_bound: 'integer',
} as const;
const factNames = Object.keys(facts).map((name) => `"${name}"`);
const factColumns = Object.entries(facts).map(([name, type]) => `"${name}" ${type}`);
// No value that is allowed means that nothing was told: an enumeration has some.
const told = (row: string, fact: string): string =>
  fact === '"allowable_values"' ? `NULLIF(${row}.${fact}, '[]')` : `${row}.${fact}`;

/** Statements on the BIOS settings of nodes. */
@Injectable()
export class BiosRepository {
  constructor(private readonly database: Database) {}

  /** Makes the list the node's settings; what is not in it is deleted. A fact that is not given stays as it was. */
  async replace(tx: Transaction, node: string, settings: readonly BiosSetting[]): Promise<void> {
    const byName = new Map(settings.map((setting) => [setting.name, setting]));
    const names = [...byName.keys()];
    await tx.query('DELETE FROM bios_settings WHERE node_uuid = $1 AND NOT (name = ANY($2::text[]))', [node, names]);
    const known = (fact: string): string => `COALESCE(${told('EXCLUDED', fact)}, b.${fact})`;
    const kept = factNames.map((fact) => `${fact} = ${known(fact)}`);
    const isChanged = factNames.map((fact) => `${known(fact)} IS DISTINCT FROM b.${fact}`);
    const given = factNames.map((fact) => (fact === '"allowable_values"' ? `COALESCE(s.${fact}, '[]')` : `s.${fact}`));
    await tx.query(
      `INSERT INTO bios_settings AS b (node_uuid, name, value, ${factNames.join(', ')})
       SELECT $1, s.name, s.value, ${given.join(', ')}
       FROM jsonb_to_recordset($2::jsonb) AS s (name text, value text, ${factColumns.join(', ')})
       ON CONFLICT (node_uuid, name) DO UPDATE SET value = EXCLUDED.value, ${kept.join(', ')}, updated_at = now()
       WHERE b.value IS DISTINCT FROM EXCLUDED.value OR ${isChanged.join(' OR ')}`,
      [node, JSON.stringify([...byName.values()])],
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
