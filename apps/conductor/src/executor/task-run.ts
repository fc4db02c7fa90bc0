import type { JsonObject, NodePatch, StepInfo } from '@bessemer/contracts';
import type { HardwareType, NodeView } from '@bessemer/drivers';
import { type Flow, type FlowContext, type FlowPolicy, internalStep } from '../flows/flow.js';
import { flows } from '../flows/index.js';
import { patchedRecord } from '../hardware/patched-record.js';
import type { Lease } from '../leases/lease.js';
import type { Ending, PlannedStep, StepRow } from '../tasks/task.js';
import type { ClaimedTask } from '../tasks/tasks.repository.js';
import type { Stop } from './control.js';

/** Why the current step is called when the run begins, by how the row stood before it was claimed. */
export type Entry = 'fresh' | 'taken-over' | 'woken' | 'retried' | 'postponed' | 'timed-out';

/** One conductor's work on one task, from the claim until the row stands for itself again. */
export class TaskRun {
  readonly flow: Flow;
  /** Whether the row stood in its wait when it was claimed, so that nobody can have asked for leave to go on since. */
  readonly wasWaiting: boolean;
  entry: Entry = 'fresh';
  /** Set when the api or another service ends the call of the present step. */
  stop: Stop | undefined;
  /** Why the api is asked to resume. */
  resumeCause = 'retry';
  /** The node with its secrets open; patches of the task are applied to it. Its `fault` is the one that this task made. */
  node: NodeView;

  /** @param secrets texts that no message may hold */
  constructor(
    readonly task: ClaimedTask,
    readonly lease: Lease,
    readonly steps: StepRow[],
    opened: { node: NodeView; arguments: JsonObject; secrets: string[] },
    readonly hardware: HardwareType,
    private readonly policy: FlowPolicy,
  ) {
    this.flow = flows[task.kind];
    this.wasWaiting = task.claimed_from === 'waiting' && task.previous_owner === null;
    this.node = { ...opened.node, fault: faultOf(task.ending) };
    this.arguments = opened.arguments;
    this.secrets = opened.secrets;
  }

  readonly arguments: JsonObject;
  readonly secrets: string[];

  /** Lets the steps to come see what a patch has changed in the record. */
  applyPatch(patch: NodePatch | undefined): void {
    this.node = patchedRecord(this.node, patch);
  }

  /** What the flow plans with. */
  get context(): FlowContext {
    return {
      task: this.task,
      node: this.node,
      hardware: this.hardware,
      arguments: this.arguments,
      policy: this.policy,
    };
  }

  /** The step that has begun, else the first that has not; undefined when all is done. */
  current(): StepRow | undefined {
    return this.steps.find(({ status }) => status === 'started') ?? this.pending()[0];
  }

  /** Steps that have not begun. */
  pending(): StepRow[] {
    return this.steps.filter(({ status }) => status === 'pending');
  }

  /** The rows that plan items become after the present last one. */
  rowsOf(plan: readonly PlannedStep[]): StepRow[] {
    const last = this.steps.reduce((highest, { position }) => Math.max(highest, position), -1);
    return plan.map((step, index) => ({
      ...step,
      task: this.task.uuid,
      position: last + 1 + index,
      status: 'pending',
      attempt: 'first',
      wake_up: null,
      memory: {},
      tries: 0,
      blocked_until: null,
      started_at: null,
    }));
  }

  /** Brings the task to an early end; its clean-up sees the fault. */
  endWith(ending: Ending): void {
    this.task.ending = ending;
    this.node = { ...this.node, fault: faultOf(ending) };
  }

  /** Takes the pending steps out and puts others in their place. */
  replacePending(rows: readonly StepRow[]): number[] {
    const dropped = this.pending().map(({ position }) => position);
    const kept = this.steps.filter(({ status }) => status !== 'pending');
    this.steps.splice(0, this.steps.length, ...kept, ...rows);
    return dropped;
  }

  /** The steps that clear away what was begun. */
  cleanUpPlan(how: 'fail' | 'abort'): PlannedStep[] {
    const names = this.flow.cleanUp?.(this.context, how, this.steps) ?? [];
    return names.map((name) => internalStep(this.flow, name, this.task.kind, 'clean-up'));
  }

  /** How events show the step; null for the conductor's own, which are no clean, deploy or service steps. */
  placeOf(step: StepRow): { step: StepInfo | null; position: number } {
    return { step: this.infoOf(step), position: step.position };
  }

  private infoOf(step: StepRow): StepInfo | null {
    if (step.origin === 'internal') return null;
    const shown = this.steps.filter(({ origin, stage }) => origin !== 'internal' && stage === 'work');
    return {
      interface: step.reference.interface,
      step: step.reference.step,
      priority: step.reference.priority,
      abortable: step.abortable,
      index: shown.indexOf(step),
      ...(step.reference.child === undefined ? {} : { child: step.reference.child }),
      ...(Object.keys(step.reference.args).length > 0 ? { args: step.reference.args } : {}),
    };
  }
}

function faultOf(ending: Ending | null): string | null {
  return ending?.how === 'fail' ? (ending.failure.fault ?? null) : null;
}
