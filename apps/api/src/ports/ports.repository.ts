import { randomUUID } from 'node:crypto';
import type { PortUpsert } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { type Conditions, type ListSource, type Page, type PageRequest, readList } from '../records/page.js';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';
import { insertRow, updateRow } from '../records/write.js';
import { portFields } from '../versions/port-fields.js';

/** A row of the table `ports`. */
export interface PortRow {
  uuid: string;
  revision: number;
  node_uuid: string;
  address: string;
  extra: Record<string, unknown>;
  internal_info: Record<string, unknown>;
  pxe_enabled: boolean;
  local_link_connection: Record<string, unknown>;
  portgroup_uuid: string | null;
  physical_network: string | null;
  is_smartnic: boolean;
  name: string | null;
}

/** The list of ports. */
export const portList: ListSource = { table: 'ports', plural: 'ports', fields: portFields, noun: 'Port' };

/** The refusal of an identifier that names no port. */
export const portNotFound = (ident: string): BessemerError =>
  new BessemerError('not-found', `Port ${ident} could not be found.`, { field: 'port' });

/** Statements on ports. */
@Injectable()
export class PortsRepository {
  constructor(private readonly database: Database) {}

  /** The port of a UUID, or of a name. */
  async find(column: 'uuid' | 'name', value: string): Promise<PortRow | undefined> {
    const [row] = await this.database.query<PortRow>(`SELECT * FROM ports WHERE ${column} = $1`, [value]);
    return row;
  }

  async lock(tx: Transaction, uuid: string): Promise<PortRow> {
    const [row] = await tx.query<PortRow>('SELECT * FROM ports WHERE uuid = $1 FOR UPDATE', [uuid]);
    if (row === undefined) throw portNotFound(uuid);
    return row;
  }

  insert(tx: Transaction, values: Record<string, unknown>): Promise<PortRow> {
    return insertRow<PortRow>(tx, 'ports', values);
  }

  update(tx: Transaction, port: PortRow, changes: Record<string, unknown>): Promise<PortRow> {
    return updateRow<PortRow>(tx, 'ports', port, changes);
  }

  async delete(tx: Transaction, uuid: string): Promise<void> {
    await tx.query('DELETE FROM ports WHERE uuid = $1', [uuid]);
  }

  async deleteByAddress(tx: Transaction, node: string, addresses: readonly string[]): Promise<void> {
    await tx.query('DELETE FROM ports WHERE node_uuid = $1 AND address = ANY($2::text[])', [node, [...addresses]]);
  }

  /**
   * Creates the port or updates it by its address.
   *
   * @returns the node that has the address; another one than the given when nothing was changed
   */
  async upsert(tx: Transaction, node: string, port: PortUpsert): Promise<string> {
    const values = { ...port, uuid: randomUUID(), node_uuid: node };
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    const updates = given.filter(([name]) => !['uuid', 'node_uuid', 'address'].includes(name));
    const assignments = updates.map(([name]) => `"${name}" = EXCLUDED."${name}"`);
    await tx.query(
      `INSERT INTO ports (${given.map(([name]) => `"${name}"`).join(', ')})
       VALUES (${given.map((_, index) => `$${index + 1}`).join(', ')})
       ON CONFLICT (address) DO UPDATE SET ${[...assignments, 'revision = ports.revision + 1', 'updated_at = now()'].join(', ')}
       WHERE ports.node_uuid = EXCLUDED.node_uuid`,
      given.map(([, value]) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value)),
    );
    const [row] = await tx.query<{ node_uuid: string }>('SELECT node_uuid FROM ports WHERE address = $1', [
      port.address,
    ]);
    return row?.node_uuid ?? node;
  }

  async render(uuid: string, selection: Selection, base: string, minor: number): Promise<string> {
    const [row] = await this.database.query<{ item: string }>(
      `SELECT ${renderRecord(selection, { minor })} AS item, $1::text AS base FROM ports r WHERE r.uuid = $2`,
      [base, uuid],
    );
    if (row === undefined) throw portNotFound(uuid);
    return row.item;
  }

  list(selection: Selection, page: PageRequest, conditions: Conditions, minor: number): Promise<Page> {
    return readList(this.database, portList, selection, page, conditions, minor);
  }
}
