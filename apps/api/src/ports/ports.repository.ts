import { randomUUID } from 'node:crypto';
import type { PortUpsert } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { RecordStore } from '../records/record-store.js';
import { portFields } from '../versions/port-fields.js';

/** A row of the table `ports`. */
export interface PortRow {
  uuid: string;
  revision: number;
  incarnation: number;
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
  description: string | null;
  vendor: string | null;
  category: string | null;
  available_for_dynamic_portgroup: boolean;
  created_at: Date;
  updated_at: Date | null;
}

/** Statements on ports. */
@Injectable()
export class PortsRepository extends RecordStore<PortRow> {
  constructor(database: Database) {
    super(database, { table: 'ports', plural: 'ports', fields: portFields, noun: 'Port', isNamed: true });
  }

  /** The ports of the port group, locked, oldest first. */
  lockIn(tx: Transaction, portgroup: string): Promise<PortRow[]> {
    return tx.query<PortRow>('SELECT * FROM ports WHERE portgroup_uuid = $1 ORDER BY id FOR UPDATE', [portgroup]);
  }

  /** The port of the node by its UUID or address, locked. */
  async lockOfNode(tx: Transaction, node: string, by: 'uuid' | 'address', value: string): Promise<PortRow | undefined> {
    const [port] = await tx.query<PortRow>(`SELECT * FROM ports WHERE node_uuid = $1 AND ${by} = $2 FOR UPDATE`, [
      node,
      value,
    ]);
    return port;
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
}
