import { Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { GivenStep } from '../provision/steps.js';
import { type Reader, RecordStore } from '../records/record-store.js';
import { deployTemplateFields } from '../versions/deploy-template-fields.js';

/** A row of the table `deploy_templates`. */
export interface DeployTemplateRow {
  uuid: string;
  revision: number;
  incarnation: number;
  created_at: Date;
  updated_at: Date | null;
  name: string;
  /** Their secret arguments are sealed. */
  steps: GivenStep[];
  extra: Record<string, unknown>;
}

/** Statements on deploy templates. */
@Injectable()
export class DeployTemplatesRepository extends RecordStore<DeployTemplateRow> {
  constructor(database: Database) {
    super(database, {
      table: 'deploy_templates',
      plural: 'deploy_templates',
      fields: deployTemplateFields,
      noun: 'Deploy template',
      isNamed: true,
    });
  }

  /** The templates of the names, in the order in which they were created. */
  named(names: readonly string[], reader: Reader = this.database): Promise<DeployTemplateRow[]> {
    return reader.query<DeployTemplateRow>('SELECT * FROM deploy_templates WHERE name = ANY($1::text[]) ORDER BY id', [
      [...names],
    ]);
  }
}
