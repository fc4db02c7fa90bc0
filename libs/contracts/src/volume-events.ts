import { IsInt, IsISO8601, IsObject, IsOptional, IsString, IsUUID } from 'class-validator';
import type { JsonObject } from './json.js';

/**
 * A public event of a volume connector, by which a machine reaches volumes. The CloudEvent's `type` is Ironic's
 * notification name (`baremetal.volumeconnector.update.end`), its `data` the fields of Ironic's payload (reference:
 * conductor.md §6) and the revision. Subject: `metal.event.api.volumeconnector.<uuid>.<create|update|delete>`.
 */
export class VolumeConnectorEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the record after the change. */
  @IsInt() revision!: number;
  @IsUUID('loose') node_uuid!: string;
  @IsString() type!: string;
  @IsString() connector_id!: string;
  @IsObject() extra!: JsonObject;
  @IsISO8601() created_at!: string;
  @IsOptional() @IsISO8601() updated_at!: string | null;
}

/**
 * A public event of a volume target, a volume that a machine uses; secrets in its properties are masked. Subject:
 * `metal.event.api.volumetarget.<uuid>.<create|update|delete>`.
 */
export class VolumeTargetEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the record after the change. */
  @IsInt() revision!: number;
  @IsUUID('loose') node_uuid!: string;
  @IsInt() boot_index!: number;
  @IsString() volume_id!: string;
  @IsString() volume_type!: string;
  @IsObject() properties!: JsonObject;
  @IsObject() extra!: JsonObject;
  @IsISO8601() created_at!: string;
  @IsOptional() @IsISO8601() updated_at!: string | null;
}
