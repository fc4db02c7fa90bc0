import { VolumeConnectorEvent } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RecordValues } from '../records/record-body.js';
import { VolumeRecords, VolumeServices } from '../volume/volume-records.js';
import { type VolumeConnectorRow, VolumeConnectorsRepository } from './volume-connectors.repository.js';

/** Volume connectors: the names under which a machine reaches volumes. */
@Injectable()
export class VolumeConnectorsService extends VolumeRecords<VolumeConnectorRow> {
  constructor(connectors: VolumeConnectorsRepository, services: VolumeServices) {
    super(connectors, { schema: 'connector', noun: 'volume connector', resource: 'volumeconnector' }, services);
  }

  protected duplicate({ type, connector_id: id }: RecordValues): BessemerError {
    return new BessemerError(
      'conflict',
      `A volume connector with type ${String(type)} and connector ID ${String(id)} already exists.`,
      { field: 'connector_id' },
    );
  }

  protected eventOf(row: VolumeConnectorRow): VolumeConnectorEvent {
    const { uuid, revision, node_uuid, type, connector_id, extra } = row;
    return Object.assign(new VolumeConnectorEvent(), {
      uuid,
      revision,
      node_uuid,
      type,
      connector_id,
      extra,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at?.toISOString() ?? null,
    });
  }

  protected seal(_uuid: string, values: RecordValues): RecordValues {
    return values;
  }
}
