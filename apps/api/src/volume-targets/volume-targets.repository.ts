import type { JsonObject } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { RecordStore } from '../records/record-store.js';
import { volumeTargetFields } from '../versions/volume-target-fields.js';
import type { VolumeRow } from '../volume/volume-records.js';

/** A row of the table `volume_targets`. */
export interface VolumeTargetRow extends VolumeRow {
  boot_index: number;
  volume_id: string;
  volume_type: string;
  /** Secrets are sealed to the conductors. */
  properties: JsonObject;
}

/** Statements on volume targets. */
@Injectable()
export class VolumeTargetsRepository extends RecordStore<VolumeTargetRow> {
  constructor(database: Database) {
    super(database, { table: 'volume_targets', plural: 'targets', fields: volumeTargetFields, noun: 'Volume target' });
  }
}
