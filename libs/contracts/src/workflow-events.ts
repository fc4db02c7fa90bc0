import { IsIn, IsInt, IsISO8601, IsOptional, IsString, IsUUID } from 'class-validator';

/** How far one machine of a workflow, or the whole of it, has come. */
export const workflowStates = ['running', 'succeeded', 'failed'] as const;
/** One of {@link workflowStates}. */
export type WorkflowState = (typeof workflowStates)[number];

/**
 * A machine of a workflow has come one step further, or (`progress` replaced by `finished`, no index) the workflow has
 * ended. Subject: `metal.event.api.workflow.<uuid>.<progress|finished>`.
 */
export class WorkflowEvent {
  @IsUUID('loose') workflow!: string;
  @IsIn(workflowStates) state!: WorkflowState;
  /** Which record of the imported file. */
  @IsOptional() @IsInt() index?: number;
  @IsOptional() @IsUUID('loose') node?: string;
  /** The verb that it is at, for example `inspect`; null when none is left. */
  @IsOptional() @IsString() goal?: string | null;
  /** What it does or waits for, for people. */
  @IsOptional() @IsString() reason?: string | null;
  @IsISO8601() since!: string;
  @IsOptional() @IsString() error?: string | null;
}
