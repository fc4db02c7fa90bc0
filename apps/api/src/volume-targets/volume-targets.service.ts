import { isJsonObject, VolumeTargetEvent } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { maskSecrets, type SealingPublicKey, sealSecrets } from '@bessemer/secrets';
import { Inject, Injectable } from '@nestjs/common';
import { keepMasked, SEALING_KEY } from '../nodes/node-secrets.js';
import type { RecordValues } from '../records/record-body.js';
import { VolumeRecords, VolumeServices } from '../volume/volume-records.js';
import { type VolumeTargetRow, VolumeTargetsRepository } from './volume-targets.repository.js';

/** Volume targets: the volumes that a machine uses, with what it needs to log in to them. */
@Injectable()
export class VolumeTargetsService extends VolumeRecords<VolumeTargetRow> {
  constructor(
    targets: VolumeTargetsRepository,
    services: VolumeServices,
    @Inject(SEALING_KEY) private readonly key: SealingPublicKey,
  ) {
    super(targets, { schema: 'target', noun: 'volume target', resource: 'volumetarget' }, services);
  }

  protected duplicate({ boot_index: index }: RecordValues): BessemerError {
    return new BessemerError(
      'conflict',
      `A volume target with boot index '${String(index)}' for the same node already exists.`,
      { field: 'boot_index' },
    );
  }

  protected eventOf(row: VolumeTargetRow): VolumeTargetEvent {
    const { uuid, revision, node_uuid, boot_index, volume_id, volume_type, properties, extra } = row;
    return Object.assign(new VolumeTargetEvent(), {
      uuid,
      revision,
      node_uuid,
      boot_index,
      volume_id,
      volume_type,
      properties: maskSecrets(properties),
      extra,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at?.toISOString() ?? null,
    });
  }

  /** Secrets are sealed to the target itself, so that they stay readable when it moves to another node. */
  protected seal(uuid: string, values: RecordValues, stored?: VolumeTargetRow): RecordValues {
    const { properties } = values;
    if (!isJsonObject(properties)) return values;
    const kept = keepMasked(properties, stored?.properties);
    return { ...values, properties: sealSecrets(kept, this.key, { node: uuid, field: 'properties' }) };
  }
}
