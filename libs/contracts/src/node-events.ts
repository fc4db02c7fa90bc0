import { Type } from 'class-transformer';
import { IsArray, IsInt, IsISO8601, IsOptional, IsString, IsUUID, ValidateNested } from 'class-validator';
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

/** What is left of a node that was deleted. */
export class NodeTombstone {
  @IsUUID('loose') uuid!: string;
  /** See {@link SnapshotRow.incarnation}. */
  @IsInt() incarnation!: number;
  /** Higher than any that the record had. */
  @IsInt() revision!: number;
}

/**
 * What copies of nodes are built from: all nodes that one transaction has created, or one that it has changed or deleted. It is no public event: it is told to services
 * alone, and only when what they keep of a node is another. Two of these may come in any order: a copy applies what is newer than
 * what it has. Subject: `metal.event.api.node-copies.<id>.<what>`, what = created (all of them are new) or changed.
 */
export class NodeCopiesEvent {
  @IsArray() @ValidateNested({ each: true }) @Type(() => SnapshotRow) changed!: SnapshotRow[];
  @IsArray() @ValidateNested({ each: true }) @Type(() => NodeTombstone) deleted!: NodeTombstone[];
}
