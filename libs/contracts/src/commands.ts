import { taskKinds as lifecycleTaskKinds } from '@bessemer/lifecycle';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsObject, IsOptional, IsString, IsUUID, ValidateNested } from 'class-validator';
import type { JsonObject } from './json.js';
import { NodeRecord, PortRecord } from './node-record.js';

/** Kinds of tasks: those that move a node through its lifecycle, and a power change, which leaves it where it is. */
export const taskKinds = [...lifecycleTaskKinds, 'power'] as const;
/** One of {@link taskKinds}. */
export type TaskKind = (typeof taskKinds)[number];

/** What may be told to a task that exists already. */
export const signalKinds = ['heartbeat', 'abort', 'cancel', 'unhold', 'introspection', 'released'] as const;
/** One of {@link signalKinds}. */
export type SignalKind = (typeof signalKinds)[number];

/**
 * A command that starts a task. Carries the record as it was accepted, so that the conductor asks nobody before it
 * begins. Subject: `metal.work.<provision|power>.<group>.<type>.<kind>`.
 */
export class TaskCommand {
  @IsUUID('loose') task!: string;
  @IsIn(taskKinds) kind!: TaskKind;
  /** The node's epoch under which the task was accepted; what comes with another one is stale. */
  @IsInt() epoch!: number;
  /** The api verb or power target as the user gave it, for example `rebuild` or `rebooting`. */
  @IsString() verb!: string;
  @ValidateNested() @Type(() => NodeRecord) node!: NodeRecord;
  @ValidateNested({ each: true }) @Type(() => PortRecord) ports!: PortRecord[];
  /** The nodes whose parent the node was when the task was accepted, the oldest first. */
  @IsOptional() @IsUUID('loose', { each: true }) children?: string[];
  /** Validated arguments of the verb: `clean_steps`, `deploy_steps`, `configdrive`, `timeout`, `rescue_password` (sealed) … */
  @IsObject() arguments!: JsonObject;
  /** The request that caused it, `req-…`. */
  @IsString() requestId!: string;
  @IsOptional() @IsString() user!: string | null;
}

/** A command that wakes, ends or continues a task. Subject: `metal.work.signal.<group>.<type>.<kind>`. */
export class SignalCommand {
  @IsUUID('loose') task!: string;
  @IsUUID('loose') node!: string;
  @IsIn(signalKinds) kind!: SignalKind;
  /** The node's epoch after the change that the signal tells of. */
  @IsInt() epoch!: number;
  /** For a heartbeat {@link HeartbeatData}; for an abort or cancel `{reason}`; for an introspection its result; for a release `{node}`. */
  @IsObject() data!: JsonObject;
}

/** What a heartbeat tells the task: where its agent is and the sealed token to speak to it. */
export class HeartbeatData {
  @IsString() callback_url!: string;
  @IsOptional() @IsString() agent_version!: string | null;
  /** PEM text of the agent's certificate authority. */
  @IsOptional() @IsString() agent_verify_ca!: string | null;
  /** The agent token, sealed to the conductors. */
  @IsObject() agent_token!: JsonObject;
}
