import type { JsonObject, NodeRecord, PortRecord, SignalKind, TaskFailure, TaskKind } from '@bessemer/contracts';
import type { Attempt, StepReference, WaitFor } from '@bessemer/drivers';

/**
 * How a task stands. `running`: a conductor owns it by a lease. `waiting`, `retrying`, `held`, `refused`: a row that
 * nobody holds. `refused`: the api did not let it go on, so only an abort or a cancel can still come for it.
 */
export const taskStates = [
  'queued',
  'running',
  'waiting',
  'retrying',
  'held',
  'refused',
  'finished',
  'failed',
  'aborted',
  'cancelled',
] as const;
/** One of {@link taskStates}. */
export type TaskState = (typeof taskStates)[number];

/** States in which a task is over. */
export const endStates = ['finished', 'failed', 'aborted', 'cancelled'] as const satisfies readonly TaskState[];

/** The lane of a task, each with a limit of its own. */
export type TaskLane = 'provision' | 'power';

/** Why a task is being brought to its end before all of its steps are done. */
export type Ending =
  | { how: 'fail'; failure: TaskFailure }
  /** The api has moved the node already; `problem` is what went wrong in the clean-up. */
  | { how: 'abort'; problem?: string; fault?: string };

/** An agent as its last heartbeat told of it; the token stays sealed. */
export interface AgentRow {
  callback_url: string;
  agent_version: string | null;
  agent_verify_ca: string | null;
  agent_token: JsonObject;
}

/** A row of `tasks`. */
export interface TaskRow {
  uuid: string;
  node: string;
  kind: TaskKind;
  verb: string;
  lane: TaskLane;
  epoch: number;
  seq: number;
  state: TaskState;
  conductor_group: string;
  hardware_type: string;
  /** The node as it was accepted and as the task's patches have changed it since; secrets sealed. */
  record: NodeRecord;
  ports: PortRecord[];
  /** The nodes whose parent the node was when the task was accepted. */
  children: string[];
  arguments: JsonObject;
  request_id: string;
  owner: string | null;
  /** Of a running task: how it stood before the claim, until its run has written what it made of that. */
  claimed_from: TaskState | null;
  fence: number;
  lease_until: Date | null;
  wait_for: WaitFor | null;
  reason: string | null;
  since: Date;
  /** When a wait is over, or when a retry is due. */
  deadline: Date | null;
  /** Whether the node is in its wait state. */
  in_wait: boolean;
  /** Whether the api must be asked before a step acts: after a wait, and after a step that an abort had to wait for. */
  needs_resume: boolean;
  /** Whether the step that is due again was put off by the conductor, not by the step itself. */
  postponed: boolean;
  ending: Ending | null;
  agent: AgentRow | null;
  created_at: Date;
}

/** How a step of a task stands. */
export type StepStatus = 'pending' | 'started' | 'finished' | 'failed' | 'skipped';

/**
 * Where a step comes from: the flow itself, the conductor's built-in steps, a driver (in-band steps too), or, for a step
 * that is done on a child node, what that node offers.
 */
export type StepOrigin = 'internal' | 'core' | 'driver' | 'child';

/** A step that is to be done, as a flow plans it. */
export interface PlannedStep {
  /** The kind of work of which it is a step; an undeploy ends with steps of the kind `clean`. */
  kind: TaskKind;
  stage: 'work' | 'clean-up';
  origin: StepOrigin;
  reference: StepReference;
  abortable: boolean;
}

/** A row of `task_steps`: the journal. */
export interface StepRow extends PlannedStep {
  task: string;
  position: number;
  status: StepStatus;
  attempt: Attempt;
  wake_up: { cause: string; data: JsonObject } | null;
  memory: JsonObject;
  tries: number;
  /** While it waits for a node that somebody else works on: when it is given up. */
  blocked_until: Date | null;
  started_at: Date | null;
}

/** A row of `signals`: what was told to a task that exists already. */
export interface SignalRow {
  id: string;
  /** Raised when a newer heartbeat takes the place of this one. */
  version: number;
  task: string;
  kind: SignalKind;
  epoch: number;
  data: JsonObject;
}
