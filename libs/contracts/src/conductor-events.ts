import { Type } from 'class-transformer';
import { IsArray, IsBoolean, IsIn, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { type InterfaceKind, interfaceKinds } from './node-record.js';

/** A `driver_info` or `instance_info` property that an implementation declares. */
export class PropertyDeclaration {
  @IsString() name!: string;
  @IsIn(['string', 'integer', 'boolean', 'object']) type!: 'string' | 'integer' | 'boolean' | 'object';
  @IsBoolean() secret!: boolean;
  @IsBoolean() required!: boolean;
  @IsString() help!: string;
}

/** One implementation of an interface as a conductor announces it. */
export class InterfaceAnnouncement {
  @IsIn(interfaceKinds) kind!: InterfaceKind;
  /** Names of the enabled implementations, in order of preference. */
  @IsString({ each: true }) enabled!: string[];
  /** Names that a node of the type may bear; more than those that are shown as enabled. */
  @IsString({ each: true }) accepted!: string[];
  @IsString() default!: string;
}

/** One hardware type that a conductor serves. */
export class HardwareTypeAnnouncement {
  @IsString() name!: string;
  @ValidateNested({ each: true }) @Type(() => InterfaceAnnouncement) interfaces!: InterfaceAnnouncement[];
  @ValidateNested({ each: true }) @Type(() => PropertyDeclaration) properties!: PropertyDeclaration[];
  /** Vendor passthru methods, RAID logical disk properties and the like, ready to be shown. */
  @IsObject() details!: Record<string, unknown>;
}

/**
 * A conductor says that it is there, every 10 s and when it starts, and once with `online: false` when it stops.
 * Subject: `metal.event.conductor.conductor.<host>.announced`.
 */
export class ConductorAnnouncement {
  @IsString() hostname!: string;
  @IsString() conductor_group!: string;
  @IsBoolean() online!: boolean;
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => HardwareTypeAnnouncement)
  hardware_types!: HardwareTypeAnnouncement[];
  /** The public key to which secrets are sealed, with its id. */
  @IsOptional() @IsObject() sealing_key?: { id: string; publicKey: string };
}
