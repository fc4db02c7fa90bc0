import type { JsonObject } from '@bessemer/contracts';
import { IsObject, IsOptional } from 'class-validator';

/** The parts of a config drive that is given as an object. */
export class ConfigDriveParts {
  @IsOptional() @IsObject() meta_data?: JsonObject;
  @IsOptional() @IsObject() network_data?: JsonObject;
  @IsOptional() user_data?: JsonObject | string;
  @IsOptional() @IsObject() vendor_data?: JsonObject;
}
