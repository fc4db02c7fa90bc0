import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { RecordStore } from '../records/record-store.js';
import { portgroupFields } from '../versions/portgroup-fields.js';

/** A row of the table `portgroups`. */
export interface PortgroupRow {
  uuid: string;
  revision: number;
  incarnation: number;
  node_uuid: string;
  address: string | null;
  name: string | null;
  extra: Record<string, unknown>;
  internal_info: Record<string, unknown>;
  mode: string;
  properties: Record<string, unknown>;
  standalone_ports_supported: boolean;
  physical_network: string | null;
  category: string | null;
  dynamic_portgroup: boolean;
  created_at: Date;
  updated_at: Date | null;
}

/** Statements on port groups. */
@Injectable()
export class PortgroupsRepository extends RecordStore<PortgroupRow> {
  constructor(database: Database) {
    super(database, {
      table: 'portgroups',
      plural: 'portgroups',
      fields: portgroupFields,
      noun: 'Portgroup',
      isNamed: true,
    });
  }

  /** The physical networks on which ports of the group are, null among them where a port names none. */
  async memberNetworks(tx: Transaction, uuid: string, exceptPort: string): Promise<(string | null)[]> {
    const rows = await tx.query<{ physical_network: string | null }>(
      'SELECT DISTINCT physical_network FROM ports WHERE portgroup_uuid = $1 AND uuid <> $2',
      [uuid, exceptPort],
    );
    return rows.map((row) => row.physical_network);
  }
}
