import { Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { GivenStep } from '../provision/steps.js';
import { RecordStore } from '../records/record-store.js';
import { runbookFields } from '../versions/runbook-fields.js';

/** A row of the table `runbooks`. */
export interface RunbookRow {
  uuid: string;
  revision: number;
  incarnation: number;
  created_at: Date;
  updated_at: Date | null;
  name: string;
  description: string | null;
  /** Their secret arguments are sealed. */
  steps: GivenStep[];
  disable_ramdisk: boolean;
  extra: Record<string, unknown>;
  public: boolean;
  owner: string | null;
  /** A node needs one of them to run it. */
  traits: string[];
}

/** Statements on runbooks. */
@Injectable()
export class RunbooksRepository extends RecordStore<RunbookRow> {
  constructor(database: Database) {
    super(database, {
      table: 'runbooks',
      plural: 'runbooks',
      fields: runbookFields,
      noun: 'Runbook',
      isNamed: true,
    });
  }
}
