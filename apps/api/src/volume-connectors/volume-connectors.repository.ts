import { Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { RecordStore } from '../records/record-store.js';
import { volumeConnectorFields } from '../versions/volume-connector-fields.js';
import type { VolumeRow } from '../volume/volume-records.js';

/** A row of the table `volume_connectors`. */
export interface VolumeConnectorRow extends VolumeRow {
  type: string;
  connector_id: string;
}

/** Statements on volume connectors. */
@Injectable()
export class VolumeConnectorsRepository extends RecordStore<VolumeConnectorRow> {
  constructor(database: Database) {
    super(database, {
      table: 'volume_connectors',
      plural: 'connectors',
      fields: volumeConnectorFields,
      noun: 'Volume connector',
    });
  }
}
