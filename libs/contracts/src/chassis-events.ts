import { IsInt, IsISO8601, IsObject, IsOptional, IsString, IsUUID } from 'class-validator';
import type { JsonObject } from './json.js';

/**
 * A public event of a chassis. The CloudEvent's `type` is Ironic's notification name (`baremetal.chassis.create.end`), its
 * `data` the fields of Ironic's payload (reference: conductor.md §6) and the revision. Subject:
 * `metal.event.api.chassis.<uuid>.<create|update|delete>`.
 */
export class ChassisEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the record after the change. */
  @IsInt() revision!: number;
  @IsOptional() @IsString() description!: string | null;
  @IsObject() extra!: JsonObject;
  @IsISO8601() created_at!: string;
  @IsOptional() @IsISO8601() updated_at!: string | null;
}
