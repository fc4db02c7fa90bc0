import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { type Reader, RecordStore } from '../records/record-store.js';
import { chassisFields } from '../versions/chassis-fields.js';

/** A row of the table `chassis`. */
export interface ChassisRow {
  uuid: string;
  revision: number;
  incarnation: number;
  created_at: Date;
  updated_at: Date | null;
  description: string | null;
  extra: Record<string, unknown>;
}

/** Statements on chassis. */
@Injectable()
export class ChassisRepository extends RecordStore<ChassisRow> {
  constructor(database: Database) {
    super(database, { table: 'chassis', plural: 'chassis', fields: chassisFields, noun: 'Chassis' });
  }

  /** Whether there is such a chassis; within a transaction it cannot be deleted until that ends. */
  async hold(uuid: string, reader: Reader = this.database): Promise<boolean> {
    const rows = await reader.query('SELECT 1 FROM chassis WHERE uuid = $1 FOR KEY SHARE', [uuid]);
    return rows.length > 0;
  }

  /** Whether there is a node in the chassis. */
  async holdsNodes(tx: Transaction, uuid: string): Promise<boolean> {
    const rows = await tx.query('SELECT 1 FROM nodes WHERE chassis_uuid = $1 LIMIT 1', [uuid]);
    return rows.length > 0;
  }
}
