/** The state machine: one step along the table, as a pure function. */
import { eventFacts, type LifecycleEvent } from './events.js';
import { isStableState, type ProvisionState, type StableState, stateFacts } from './states.js';
import { explicitTargets, transitionTable } from './transitions.js';

/** A node's `provision_state` and `target_provision_state`. */
export interface Position {
  readonly state: ProvisionState;
  readonly target: StableState | null;
}

/** What {@link advance} answers. */
export type Advance = ({ readonly ok: true } & Position) | { readonly ok: false; readonly reason: string };

/** Whether the event leads anywhere from the state. */
export function canAdvance(state: ProvisionState, event: LifecycleEvent): boolean {
  return transitionTable[state][event] !== undefined;
}

/**
 * The state and target that follow an event.
 *
 * The target becomes null on entering a stable state. Else it is the one passed, the one that the table gives to the
 * transition (manual cleaning), the present one while the task goes on, waits, is held or ends, and the default of the
 * new state at last.
 *
 * @param state the present `provision_state`
 * @param target the present `target_provision_state`
 * @param event what happened
 * @param options `target`: a stable state that overrides the target of the transition
 * @returns the new state and target, or why there is none: a late or repeated event is an answer, not an exception
 */
export function advance(
  state: ProvisionState,
  target: StableState | null,
  event: LifecycleEvent,
  options: { readonly target?: StableState } = {},
): Advance {
  if (options.target !== undefined && !isStableState(options.target)) {
    return { ok: false, reason: `"${options.target}" is not a stable state and cannot be a target` };
  }
  const next = transitionTable[state][event];
  if (next === undefined) {
    return { ok: false, reason: `the event "${event}" does not apply to a node in state "${state}"` };
  }
  if (stateFacts[next].phase === 'stable') return { ok: true, state: next, target: null };
  const kept = eventFacts[event].keepsTarget ? target : null;
  const chosen = options.target ?? explicitTargets[state]?.[event] ?? kept ?? stateFacts[next].target;
  return { ok: true, state: next, target: chosen };
}
