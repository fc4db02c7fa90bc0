import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { isMacAddress } from './ids.js';
import type { Json, JsonObject } from './json.js';

/** What travels instead of a large body: fetched from its owner over the internal HTTP endpoint. */
export class BlobReference {
  /** Absolute URL at the owner. */
  @IsString() ref!: string;
  /** SHA-256 of the body, 64 hex digits. */
  @Matches(/^[0-9a-f]{64}$/) sha256!: string;
  /** Size in bytes. */
  @IsInt() size!: number;
}

/** One operation on a node's record: a dotless path of `/`-separated keys, the first of them a node field. */
export class FieldOperation {
  @IsIn(['set', 'remove']) op!: 'set' | 'remove';
  @Matches(/^(\/[^/]+)+$/) path!: string;
  @IsOptional() value?: Json;
  /** The inspection rule that asked for it, named if the value is refused. */
  @IsOptional() @IsString() rule?: string;
}

/** A port to create or to update by its address. */
export class PortUpsert {
  @Matches(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/) address!: string;
  @IsOptional() @IsBoolean() pxe_enabled?: boolean;
  @IsOptional() @IsObject() extra?: JsonObject;
  @IsOptional() @IsObject() local_link_connection?: JsonObject;
  @IsOptional() @IsString() physical_network?: string;
}

/** One operation on a port that the node has, applied after {@link NodePatch.ports} in the order of their list. */
export class PortOperation {
  /** The port's MAC address in lower case, or its UUID. */
  @IsString() port!: string;
  /** `extend` appends to a list, which is made when there is none. */
  @IsIn(['set', 'extend', 'remove']) op!: 'set' | 'extend' | 'remove';
  /** Keys, the first of them a field of the port. */
  @Matches(/^(\/[^/]+)+$/) path!: string;
  @IsOptional() value?: Json;
  /** Whether a value that the list holds already is not appended again. */
  @IsOptional() @IsBoolean() unique?: boolean;
  /** The inspection rule that asked for it, named if the operation is refused. */
  @IsOptional() @IsString() rule?: string;
}

/** Bounds of numbers in a record. */
const smallest = -(2 ** 31);
const largest = 2 ** 31 - 1;

/** One BIOS setting as it stands on the machine; a fact that is left out stays as it was known. */
export class BiosSetting {
  @IsString() name!: string;
  @IsOptional() @IsString() value!: string | null;
  /** `Enumeration`, `String`, `Integer`, `Boolean` or `Password`. */
  @IsOptional() @IsString() attribute_type?: string;
  /** The values that an enumeration takes. */
  @IsOptional() @IsString({ each: true }) allowable_values?: string[];
  @IsOptional() @IsInt() @Min(smallest) @Max(largest) lower_bound?: number;
  @IsOptional() @IsInt() @Min(smallest) @Max(largest) upper_bound?: number;
  @IsOptional() @IsInt() @Min(smallest) @Max(largest) min_length?: number;
  @IsOptional() @IsInt() @Min(smallest) @Max(largest) max_length?: number;
  @IsOptional() @IsBoolean() read_only?: boolean;
  /** Whether a change takes a restart of the machine. */
  @IsOptional() @IsBoolean() reset_required?: boolean;
  /** Whether the value belongs to this machine alone and must not be copied to another. */
  @IsOptional() @IsBoolean() unique?: boolean;
}

/** One firmware component as it stands on the machine; a fact that is left out stays as it was known. */
export class FirmwareComponent {
  @IsString() component!: string;
  @IsString() current_version!: string;
  /** The version that it had at first; the current one, where a component is seen for the first time and nothing is said. */
  @IsOptional() @IsString() initial_version?: string;
  /** The version that an update wrote last. */
  @IsOptional() @IsString() last_version_flashed?: string;
  @IsOptional() @IsString() vendor?: string;
  @IsOptional() @IsString() model?: string;
  @IsOptional() @IsString() serial_number?: string;
}

/**
 * What a task learned or changed: the api validates and applies it to the record in the transaction of the event that
 * carries it. Only the api writes records; a conductor or the inspector asks by a patch.
 */
export class NodePatch {
  @IsOptional() @ValidateNested({ each: true }) @Type(() => FieldOperation) fields?: FieldOperation[];
  @IsOptional() @ValidateNested({ each: true }) @Type(() => PortUpsert) ports?: PortUpsert[];
  /** Addresses of ports to delete. */
  @IsOptional() @IsString({ each: true }) removePorts?: string[];
  @IsOptional() @ValidateNested({ each: true }) @Type(() => PortOperation) portOperations?: PortOperation[];
  @IsOptional() @IsString({ each: true }) addTraits?: string[];
  @IsOptional() @IsString({ each: true }) removeTraits?: string[];
  /** The whole list of BIOS settings, which replaces the stored one. */
  @IsOptional() @ValidateNested({ each: true }) @Type(() => BiosSetting) bios?: BiosSetting[];
  /** The whole list of firmware components, which replaces the stored one. */
  @IsOptional() @ValidateNested({ each: true }) @Type(() => FirmwareComponent) firmware?: FirmwareComponent[];
}

/** A patch that sets fields of the node: keys are paths without the leading slash, for example `power_state`. */
export function setFields(values: JsonObject): NodePatch {
  return { fields: Object.entries(values).map(([path, value]) => ({ op: 'set', path: `/${path}`, value })) };
}

/** Two patches as one; operations keep their order. */
export function mergePatches(first: NodePatch | undefined, second: NodePatch | undefined): NodePatch {
  const merged: NodePatch = { ...first, ...second };
  for (const key of ['fields', 'ports', 'removePorts', 'portOperations', 'addTraits', 'removeTraits'] as const) {
    const joined = [...(first?.[key] ?? []), ...(second?.[key] ?? [])];
    if (joined.length > 0) Object.assign(merged, { [key]: joined });
  }
  return merged;
}

/** Whether each address of the patch's ports has the form of a MAC address. */
export function hasValidAddresses(patch: NodePatch): boolean {
  return (patch.ports ?? []).every((port) => isMacAddress(port.address));
}
