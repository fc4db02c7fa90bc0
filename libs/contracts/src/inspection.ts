import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsISO8601, IsOptional, IsString, IsUUID, ValidateNested } from 'class-validator';
import { BlobReference, NodePatch } from './patch.js';

/**
 * The result of an introspection. Subject: `metal.event.inspector.introspection.<node>.finished`. The conductor's
 * inspect step takes it and answers `done{patch}`, or fails with the error.
 */
export class IntrospectionResult {
  @IsUUID('loose') node!: string;
  /** Its own id, so that a repeated call-back is told apart from a new one. */
  @IsUUID('loose') introspection!: string;
  @IsIn(['finished', 'error']) state!: 'finished' | 'error';
  @IsISO8601() started_at!: string;
  @IsISO8601() finished_at!: string;
  @IsOptional() @IsString() error!: string | null;
  /** Whether the machine was unknown and has been discovered. */
  @IsBoolean() discovered!: boolean;
  @IsOptional() @ValidateNested() @Type(() => NodePatch) patch?: NodePatch;
  @IsOptional() @ValidateNested() @Type(() => BlobReference) inventory?: BlobReference;
}
