import type { JsonObject } from '@bessemer/contracts';
import { Type } from 'class-transformer';
import {
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Min,
  ValidateNested,
} from 'class-validator';

/** Interfaces that may have steps (reference: api.md §2.4). */
export const stepInterfaces = ['vendor', 'power', 'management', 'firmware', 'deploy', 'bios', 'raid'] as const;

/** One clean or service step as a user gives it. */
export class CleanStep {
  @IsIn(stepInterfaces) interface!: string;
  @IsString() step!: string;
  @IsOptional() @IsObject() args?: JsonObject;
  @IsOptional() @IsBoolean() execute_on_child_nodes?: boolean;
  @IsOptional() @IsArray() @IsString({ each: true }) limit_child_node_execution?: string[];
  @IsOptional() @IsInt() order?: number;
}

/** One deploy step as a user gives it. */
export class DeployStep {
  @IsIn(stepInterfaces) interface!: string;
  @IsString() step!: string;
  @IsObject() args!: JsonObject;
  @IsInt() @Min(0) priority!: number;
}

/** The parts of a config drive that is given as an object. */
export class ConfigDriveParts {
  @IsOptional() @IsObject() meta_data?: JsonObject;
  @IsOptional() @IsObject() network_data?: JsonObject;
  @IsOptional() user_data?: JsonObject | string;
  @IsOptional() @IsObject() vendor_data?: JsonObject;
}

/** `clean_steps` and `service_steps` in an object of their own, so that they are validated as a list. */
export class CleanSteps {
  @IsArray() @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => CleanStep) steps!: CleanStep[];
}

/** `deploy_steps` likewise. */
export class DeploySteps {
  @IsArray() @ValidateNested({ each: true }) @Type(() => DeployStep) steps!: DeployStep[];
}

/** A rescue password: not blank. */
export class RescuePassword {
  @IsString() @Matches(/\S/) rescue_password!: string;
}
