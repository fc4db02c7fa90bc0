/** What a verb of the API does to a node: the one place that allows, refuses and explains. */
import { isLifecycleEvent, type LifecycleEvent } from './events.js';
import { advance, canAdvance, type Position } from './machine.js';
import { type ProvisionState, provisionStates, type StableState, stateFacts } from './states.js';
import { type TaskKind, taskOf } from './tasks.js';
import { factsOfVerb, isVerb, minimumVersionOf, type Verb, verbs } from './verbs.js';

/** Why a verb is refused; each is a code of the error family, and so has its HTTP status there. */
export type RefusalCode = 'not-acceptable' | 'invalid-state' | 'in-maintenance' | 'forbidden' | 'conflict';

/** What, besides its state, decides what a verb may do to a node. */
export interface VerbContext {
  /** How refusals name the node. */
  readonly node: string;
  /** The minor number of the requested API version: 82 stands for 1.82. */
  readonly version: number;
  /** The present `target_provision_state`. */
  readonly target: StableState | null;
  readonly maintenance?: boolean;
  readonly protected?: boolean;
  readonly retired?: boolean;
  /** Whether the node's current step may be aborted; absent when no step is current. */
  readonly stepAbortable?: boolean;
  /** The setting `allow_provisioning_in_maintenance` (default true). */
  readonly allowProvisioningInMaintenance?: boolean;
}

/** A new task begins. */
export interface Start {
  readonly kind: 'start';
  readonly task: TaskKind;
  readonly event: LifecycleEvent;
  readonly next: Position;
  /** The waiting or held task that the new one replaces, or null. */
  readonly replaces: TaskKind | null;
}

/** The node moves at once; there is no work to do. */
export interface Move {
  readonly kind: 'move';
  readonly event: LifecycleEvent;
  readonly next: Position;
}

/** The node's task ends by request. */
export interface Abort {
  readonly kind: 'abort';
  /** `after-step`: the current step cannot be aborted, so nothing moves yet and `abort_after` is set on it. */
  readonly when: 'now' | 'after-step';
  /** The task that ends; for a failed service the one whose remains are cleared away. */
  readonly task: TaskKind;
  readonly event: 'abort';
  /** The position after the request; the present one if the abort is deferred. */
  readonly next: Position;
  /** The event that the clean-up raises when it has ended well, or null: an aborted service returns to `active`. */
  readonly afterCleanUp: 'abort' | null;
}

/** A held task goes on. */
export interface Unhold {
  readonly kind: 'unhold';
  readonly task: TaskKind;
  readonly event: 'unhold';
  readonly next: Position;
  /** What makes the task go on: the agent's next heartbeat, or nothing more. */
  readonly continues: 'on-heartbeat' | 'at-once';
}

/** Nothing changes. */
export interface Refuse {
  readonly kind: 'refuse';
  readonly code: RefusalCode;
  /** Public text that names the node, the verb and the reason. */
  readonly reason: string;
}

/** What {@link decide} answers. */
export type Decision = Start | Move | Abort | Unhold | Refuse;

const refuse = (code: RefusalCode, reason: string): Refuse => ({ kind: 'refuse', code, reason });

const outOfPlace = (verb: string, state: ProvisionState, node: string): Refuse =>
  refuse(
    'invalid-state',
    `The requested action "${verb}" can not be performed on node "${node}" while it is in state "${state}".`,
  );

/**
 * Whether the verb is accepted in the state, other conditions aside.
 *
 * A task that works is not interrupted by a verb; the events that the table has there are the task's own.
 *
 * @param verb the verb
 * @param state the node's state
 * @param version the minor number of the API version; left out, the newest
 */
export function isVerbAllowed(verb: Verb, state: ProvisionState, version = Number.POSITIVE_INFINITY): boolean {
  return (
    stateFacts[state].phase !== 'working' &&
    canAdvance(state, factsOfVerb(verb).event) &&
    version >= minimumVersionOf(verb, state)
  );
}

/** The verbs that a node in the state accepts at the API version (minor number; left out, the newest). */
export function verbsAllowedIn(state: ProvisionState, version?: number): readonly Verb[] {
  return verbs.filter((verb) => isVerbAllowed(verb, state, version));
}

/** The states in which the verb is accepted at the API version (minor number; left out, the newest). */
export function statesAccepting(verb: Verb, version?: number): readonly ProvisionState[] {
  return provisionStates.filter((state) => isVerbAllowed(verb, state, version));
}

// A task that waits here is in the midst of a step, which may forbid that it be cut short. Inspection and rescue have
// no such steps, and a held deployment stands between two.
const abortAsksTheStep: ReadonlySet<ProvisionState> = new Set([
  'clean wait',
  'clean hold',
  'wait call-back',
  'service wait',
  'service hold',
]);

function refusalBeforeState(verb: Verb, state: ProvisionState, context: VerbContext): Refuse | null {
  const since = minimumVersionOf(verb, state);
  if (context.version < since) {
    return refuse(
      'not-acceptable',
      since > minimumVersionOf(verb)
        ? `The action "${verb}" on a node in state "${state}" needs API version 1.${since} or newer.`
        : `The action "${verb}" needs API version 1.${since} or newer.`,
    );
  }
  const { event } = factsOfVerb(verb);
  if (context.maintenance === true && (event === 'deploy' || event === 'rebuild')) {
    return inMaintenance(verb, context.node);
  }
  return null;
}

const inMaintenance = (verb: Verb, node: string): Refuse =>
  refuse('in-maintenance', `The action "${verb}" is refused because node "${node}" is in maintenance.`);

function refusalAfterState(verb: Verb, state: ProvisionState, context: VerbContext): Refuse | null {
  const facts = factsOfVerb(verb);
  const provisioning = context.allowProvisioningInMaintenance ?? true;
  if (context.maintenance === true) {
    if (facts.inMaintenance === 'refused' || (facts.inMaintenance === 'by-configuration' && !provisioning)) {
      return inMaintenance(verb, context.node);
    }
    if (facts.event === 'abort' && state === 'service failed') {
      return refuse(
        'conflict',
        `The action "${verb}" is refused because node "${context.node}" is in maintenance; take it out of maintenance first.`,
      );
    }
  }
  if (context.protected === true && facts.refusedWhenProtected === true) {
    return refuse('forbidden', `The action "${verb}" is refused because node "${context.node}" is protected.`);
  }
  if (context.retired === true && facts.refusedWhenRetired === true) {
    return refuse('invalid-state', `The action "${verb}" is refused because node "${context.node}" is retired.`);
  }
  return null;
}

function abortOf(
  state: ProvisionState,
  present: Position,
  next: Position,
  context: VerbContext,
  task: TaskKind,
): Abort {
  const deferred = abortAsksTheStep.has(state) && context.stepAbortable === false;
  return {
    kind: 'abort',
    when: deferred ? 'after-step' : 'now',
    task,
    event: 'abort',
    next: deferred ? present : next,
    afterCleanUp: !deferred && next.state === 'service failed' ? 'abort' : null,
  };
}

/**
 * What a verb does to a node.
 *
 * Refusals come in the order that Ironic's clients know: API version, maintenance (`active`, `deploy` and `rebuild`),
 * state, then maintenance for the other verbs, protection and retirement. A set reservation is the caller's to check.
 *
 * @param verb the requested target as it came; an unknown one is refused
 * @param state the node's `provision_state`
 * @param context what else decides
 */
export function decide(verb: string, state: ProvisionState, context: VerbContext): Decision {
  if (!isVerb(verb)) {
    return isLifecycleEvent(verb) && canAdvance(state, verb)
      ? refuse('invalid-state', `The requested action "${verb}" could not be understood.`)
      : outOfPlace(verb, state, context.node);
  }
  const early = refusalBeforeState(verb, state, context);
  if (early !== null) return early;
  const { event } = factsOfVerb(verb);
  const step = advance(state, context.target, event);
  if (!step.ok || !isVerbAllowed(verb, state, context.version)) return outOfPlace(verb, state, context.node);
  const late = refusalAfterState(verb, state, context);
  if (late !== null) return late;

  const present: Position = { state, target: context.target };
  const next: Position = { state: step.state, target: step.target };
  const current = taskOf(state);
  if (event === 'abort') return abortOf(state, present, next, context, current ?? 'service');
  if (event === 'unhold' && current !== null) {
    const continues = current === 'service' ? 'at-once' : 'on-heartbeat';
    return { kind: 'unhold', task: current, event, next, continues };
  }
  const task = stateFacts[next.state].phase === 'working' ? taskOf(next.state) : null;
  return task === null ? { kind: 'move', event, next } : { kind: 'start', task, event, next, replaces: current };
}
