import { IsInt, IsISO8601, IsOptional, IsString, IsUUID } from 'class-validator';
import { SnapshotRow } from './questions.js';

/**
 * A public event of a node. The CloudEvent's `type` is Ironic's notification name (`baremetal.node.provision_set.end`),
 * its `data` the fields of Ironic's payload (reference: conductor.md §6), with secrets masked, plus the ones declared
 * here. Subject: `metal.event.api.node.<uuid>.<what>`, what = create, update, delete, provision_set, power_set …
 */
export class NodeEvent {
  @IsUUID('loose') uuid!: string;
  /** Of the node's record after the change; a copy applies only a higher one than it has. */
  @IsInt() revision!: number;
  @IsOptional() @IsString() reason?: string | null;
  @IsOptional() @IsISO8601() since?: string | null;
  @IsOptional() @IsISO8601() deadline?: string | null;
  /** What a copy of the node is built from; null after a deletion (a tombstone). */
  @IsOptional() copy?: SnapshotRow | null;
  /** Any of Ironic's payload fields. */
  [field: string]: unknown;
}
