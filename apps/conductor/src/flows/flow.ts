import type { JsonObject, TaskKind } from '@bessemer/contracts';
import type {
  AfterInterruption,
  HardwareType,
  NodeView,
  StepContext,
  StepInterface,
  StepOutcome,
  StepReference,
} from '@bessemer/drivers';
import type { LifecycleEvent } from '@bessemer/lifecycle';
import type { PlannedStep, StepRow, TaskRow } from '../tasks/task.js';

/** What the operator has decided for all nodes. */
export interface FlowPolicy {
  readonly automatedClean: boolean;
  readonly powerOffAfterDeployFailure: boolean;
  /** Priorities of automated clean steps by `interface.step`, in place of the declared ones. */
  readonly cleanStepPriorities: ReadonlyMap<string, number>;
}

/** What a flow plans with. */
export interface FlowContext {
  readonly task: TaskRow;
  readonly node: NodeView;
  readonly hardware: HardwareType;
  /** The verb's arguments as the api accepted them. */
  readonly arguments: JsonObject;
  readonly policy: FlowPolicy;
}

/** A step of the conductor's own: preparation, tear-down, or the whole of a verb that has no steps. */
export interface InternalStep {
  /** What it does, as in "Failed to <title>". */
  readonly title: string;
  readonly interface: StepInterface;
  readonly afterInterruption: AfterInterruption;
  /** The lifecycle event that goes with its end. */
  readonly transition?: LifecycleEvent;
  run(context: StepContext): Promise<StepOutcome>;
}

/** How a kind of task is done: a list of steps, and what follows an early end. */
export interface Flow {
  readonly kind: TaskKind;
  readonly internal: Readonly<Record<string, InternalStep>>;
  /**
   * The steps that are known when the task begins.
   * @throws `invalid` for what the user asked and the node cannot do: the task fails before any step
   */
  plan(context: FlowContext): PlannedStep[];
  /**
   * The steps that replace the pending ones when a step has answered with `then`; without it they are taken as they come.
   * @throws `invalid` as {@link plan}
   */
  replan?(context: FlowContext, then: readonly StepReference[], steps: readonly StepRow[]): PlannedStep[];
  /** Names of the internal steps that run after a failure or an abort, whatever the steps so far have done. */
  cleanUp?(context: FlowContext, how: 'fail' | 'abort', steps: readonly StepRow[]): string[];
  /** The lifecycle event with which the task ends well; none for a task that moves no state. */
  completion(context: FlowContext): LifecycleEvent | undefined;
  /** The lifecycle event of a task whose clean-up after an abort is done; none when the state is set already. */
  readonly afterAbort?: LifecycleEvent;
  /** What `last_error` says when a wait has ended by its deadline. */
  timeoutMessage?(node: string): string;
}

/** Puts an internal step into a plan. */
export function internalStep(
  flow: Pick<Flow, 'internal'>,
  name: string,
  kind: TaskKind,
  stage: PlannedStep['stage'] = 'work',
): PlannedStep {
  const step = flow.internal[name];
  if (step === undefined) throw new RangeError(`no internal step ${name}`);
  return {
    kind,
    stage,
    origin: 'internal',
    reference: { interface: step.interface, step: name, priority: 0, args: {} },
    abortable: true,
  };
}

/** Whether a step of the name has begun. */
export function hasBegun(steps: readonly StepRow[], name: string): boolean {
  return steps.some((step) => step.origin === 'internal' && step.reference.step === name && step.status !== 'pending');
}
