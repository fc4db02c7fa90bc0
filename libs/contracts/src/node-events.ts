import { Type } from 'class-transformer';
import { IsInt, IsISO8601, IsOptional, IsString, IsUUID, ValidateNested } from 'class-validator';
import { SnapshotRow } from './questions.js';

/**
 * A public event of a node. The CloudEvent's `type` is Ironic's notification name (`baremetal.node.provision_set.end`),
 * its `data` the fields of Ironic's payload (reference: conductor.md §6), with secrets masked, plus the ones declared
 * here. Subject: `metal.event.api.node.<uuid>.<what>`, what = create, update, delete, provision_set, power_set …
 */
export class NodeEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the node's record after the change. */
  @IsInt() revision!: number;
  @IsOptional() @IsString() reason?: string | null;
  @IsOptional() @IsISO8601() since?: string | null;
  @IsOptional() @IsISO8601() deadline?: string | null;
  /** Any of Ironic's payload fields. */
  [field: string]: unknown;
}

/**
 * What copies of a node are built from, whenever it has changed. It is no public event: it is told to services alone, and only when
 * what they keep is another. Subject: `metal.event.api.node-copy.<uuid>.<what>`, what = create, set
 * or delete.
 */
export class NodeCopyEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the node's record after the change; a copy applies only a higher one than it has. */
  @IsInt() revision!: number;
  /** Null after a deletion (a tombstone). Without it the message says nothing of the node, and is none of these: consumers pass over it. */
  @ValidateNested() @IsOptional() @Type(() => SnapshotRow) copy?: SnapshotRow | null;
}
