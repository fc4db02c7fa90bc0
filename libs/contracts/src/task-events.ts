import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import { type TaskKind, taskKinds } from './commands.js';
import type { JsonObject } from './json.js';
import { NodePatch } from './patch.js';

/** What a task event tells. */
export const taskEventKinds = [
  'accepted',
  'started',
  'step-started',
  'step-finished',
  'progress',
  'waiting',
  'held',
  'finished',
  'failed',
] as const;
/** One of {@link taskEventKinds}. */
export type TaskEventKind = (typeof taskEventKinds)[number];

/** What a task may wait for. */
export const waitEnds = ['agent', 'introspection', 'time'] as const;
/** One of {@link waitEnds}. */
export type WaitEnd = (typeof waitEnds)[number];

/** A step as events and the node's `clean_step`/`deploy_step`/`service_step` show it. */
export class StepInfo {
  @IsString() interface!: string;
  @IsString() step!: string;
  @IsInt() priority!: number;
  @IsBoolean() abortable!: boolean;
  @IsInt() index!: number;
  @IsOptional() @IsObject() args?: JsonObject;
  /** The child node that it is done on, instead of on the node itself. */
  @IsOptional() @IsUUID('loose') child?: string;
}

/** Another node that the task works on: a child or the parent of its own. */
export class BorrowedNode {
  @IsUUID('loose') node!: string;
  /** Whether the task lets go of it with this event. */
  @IsBoolean() returned!: boolean;
}

/** Why a task failed. */
export class TaskFailure {
  /** A stable code, for example `agent-command-failed`. */
  @IsString() code!: string;
  /** Public text, without secrets; with the remedy it is `last_error`, without it stands in the history. */
  @IsString() message!: string;
  /** What the operator can do about it. */
  @IsOptional() @IsString() remedy?: string;
  /** One of Ironic's faults when the failure puts the node in maintenance (`clean failure` …). */
  @IsOptional() @IsString() fault?: string;
}

/**
 * What a conductor reports of a task; the only way in which a task changes a node. `seq` counts 1, 2, 3 … for a task
 * and an epoch; the api applies only the next one. Subject: `metal.event.conductor.task.<task>.<what>`.
 */
export class TaskEvent {
  @IsUUID('loose') task!: string;
  @IsUUID('loose') node!: string;
  @IsIn(taskKinds) kind!: TaskKind;
  @IsInt() epoch!: number;
  @IsInt() seq!: number;
  @IsIn(taskEventKinds) what!: TaskEventKind;
  /** Host name of the conductor that reports. */
  @IsString() conductor!: string;
  @IsISO8601() at!: string;
  /** The lifecycle event that the node goes through with this one (`wait`, `hold`, `done`, `fail`, `clean`, `manage`); none when the state stays. */
  @IsOptional() @IsString() transition?: string;
  @IsOptional() @ValidateNested() @Type(() => StepInfo) step?: StepInfo | null;
  /** Place of the step among all that the task has done, its own preparations included; never given twice in a task. */
  @IsOptional() @IsInt() position?: number;
  /** Set when the event tells of a borrowed node: the patch is that node's then. */
  @IsOptional() @ValidateNested() @Type(() => BorrowedNode) borrowed?: BorrowedNode;
  @IsOptional() @ValidateNested() @Type(() => NodePatch) patch?: NodePatch;
  /** What is waited for, or what is being done, for people. */
  @IsOptional() @IsString() reason?: string;
  /** What ends the wait: a heartbeat, the inspector's result, or nothing but time; the task looks by itself then. */
  @IsOptional() @IsIn(waitEnds) waits_for?: WaitEnd;
  /** When a wait or hold ends by time-out. */
  @IsOptional() @IsISO8601() deadline?: string;
  /** With `borrowed`: why a change of that node was given up. */
  @IsOptional() @ValidateNested() @Type(() => TaskFailure) failure?: TaskFailure;
  /** Seconds that the finished step took. */
  @IsOptional() duration?: number;
}
