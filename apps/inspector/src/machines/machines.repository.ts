import type { JsonObject, SnapshotRow } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { Evidence } from '../lookup/evidence.js';

/** Machines by what is known of them; the rows are the copy of nodes. */
@Injectable()
export class MachinesRepository {
  constructor(private readonly database: Database) {}

  /** Every machine that shares something with the evidence. */
  async sharing(evidence: Evidence): Promise<SnapshotRow[]> {
    return this.records(
      `SELECT record FROM node_copies
        WHERE NOT deleted AND (uuid = $1 OR macs && $2::text[] OR bmc_addresses && $3::text[] OR serial = $4)
        ORDER BY uuid`,
      [evidence.uuid, evidence.macs, evidence.bmcAddresses, evidence.serial],
    );
  }

  /** One machine by UUID or name, or null. */
  async find(node: { uuid: string } | { name: string }): Promise<SnapshotRow | null> {
    const [column, value] = 'uuid' in node ? ['uuid', node.uuid] : ['name', node.name];
    const [record] = await this.records(`SELECT record FROM node_copies WHERE NOT deleted AND ${column} = $1`, [value]);
    return record ?? null;
  }

  private async records(sql: string, parameters: unknown[]): Promise<SnapshotRow[]> {
    const rows = await this.database.query<{ record: SnapshotRow & JsonObject }>(sql, parameters);
    return rows.map((row) => row.record);
  }
}
