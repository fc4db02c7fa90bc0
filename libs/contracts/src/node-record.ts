import { IsBoolean, IsIn, IsInt, IsObject, IsOptional, IsString, IsUUID } from 'class-validator';
import type { JsonObject } from './json.js';

/** Kinds of driver interfaces a node has, in Ironic's order (reference: drivers.md §2). */
export const interfaceKinds = [
  'bios',
  'boot',
  'console',
  'deploy',
  'firmware',
  'inspect',
  'management',
  'network',
  'power',
  'raid',
  'rescue',
  'storage',
  'vendor',
] as const;
/** One of {@link interfaceKinds}. */
export type InterfaceKind = (typeof interfaceKinds)[number];

/** The field of a node that names its implementation of an interface, for example `power_interface`. */
export type InterfaceField = `${InterfaceKind}_interface`;

/** Wire values of `power_state`. */
export const powerStates = ['power on', 'power off', 'rebooting', 'error'] as const;
/** One of {@link powerStates}. */
export type PowerState = (typeof powerStates)[number];

/**
 * A node as the api holds it and as commands carry it, with Ironic's field names (reference: api.md §2.2). Secrets in
 * `driver_info` and `instance_info` are sealed (`{"$sealed": "…"}`); only a conductor opens them.
 */
export class NodeRecord {
  @IsUUID('loose') uuid!: string;
  @IsInt() revision!: number;
  @IsOptional() @IsString() name!: string | null;
  @IsString() driver!: string;
  @IsObject() driver_info!: JsonObject;
  @IsObject() driver_internal_info!: JsonObject;
  @IsObject() properties!: JsonObject;
  @IsObject() instance_info!: JsonObject;
  @IsOptional() @IsString() instance_uuid!: string | null;
  @IsObject() extra!: JsonObject;
  @IsString() conductor_group!: string;
  @IsString() provision_state!: string;
  @IsOptional() @IsString() target_provision_state!: string | null;
  @IsOptional() @IsIn(powerStates) power_state!: PowerState | null;
  @IsOptional() @IsString() target_power_state!: string | null;
  @IsBoolean() maintenance!: boolean;
  @IsOptional() @IsString() fault!: string | null;
  @IsBoolean() retired!: boolean;
  @IsOptional() @IsBoolean() automated_clean!: boolean | null;
  @IsBoolean() disable_power_off!: boolean;
  @IsOptional() @IsString() resource_class!: string | null;
  @IsOptional() @IsString() boot_mode!: string | null;
  @IsOptional() @IsBoolean() secure_boot!: boolean | null;
  @IsObject() clean_step!: JsonObject;
  @IsObject() deploy_step!: JsonObject;
  @IsObject() service_step!: JsonObject;
  @IsObject() raid_config!: JsonObject;
  @IsObject() target_raid_config!: JsonObject;
  @IsObject() network_data!: JsonObject;
  @IsOptional() @IsUUID('loose') parent_node?: string | null;
  @IsString({ each: true }) traits!: string[];
  @IsOptional() @IsString() bios_interface!: string | null;
  @IsOptional() @IsString() boot_interface!: string | null;
  @IsOptional() @IsString() console_interface!: string | null;
  @IsOptional() @IsString() deploy_interface!: string | null;
  @IsOptional() @IsString() firmware_interface!: string | null;
  @IsOptional() @IsString() inspect_interface!: string | null;
  @IsOptional() @IsString() management_interface!: string | null;
  @IsOptional() @IsString() network_interface!: string | null;
  @IsOptional() @IsString() power_interface!: string | null;
  @IsOptional() @IsString() raid_interface!: string | null;
  @IsOptional() @IsString() rescue_interface!: string | null;
  @IsOptional() @IsString() storage_interface!: string | null;
  @IsOptional() @IsString() vendor_interface!: string | null;
}

/** A port as commands carry it (reference: api.md §3). */
export class PortRecord {
  @IsUUID('loose') uuid!: string;
  @IsString() address!: string;
  @IsBoolean() pxe_enabled!: boolean;
  @IsOptional() @IsString() physical_network!: string | null;
  @IsObject() local_link_connection!: JsonObject;
  @IsObject() internal_info!: JsonObject;
  @IsObject() extra!: JsonObject;
  /** The port group that it belongs to. */
  @IsOptional() @IsUUID('loose') portgroup_uuid?: string | null;
}
