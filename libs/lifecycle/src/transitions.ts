/** The transition table (state machine reference §2), as data. */
import { type LifecycleEvent, lifecycleEvents } from './events.js';
import { type ProvisionState, provisionStates, type StableState } from './states.js';

/** From a state, by an event, to a state. What is not here does not happen. */
export const transitionTable: Readonly<
  Record<ProvisionState, Readonly<Partial<Record<LifecycleEvent, ProvisionState>>>>
> = {
  enroll: { manage: 'verifying' },
  verifying: { done: 'manageable', fail: 'enroll' },
  manageable: { provide: 'cleaning', clean: 'cleaning', inspect: 'inspecting', adopt: 'adopting' },
  inspecting: { done: 'manageable', fail: 'inspect failed', wait: 'inspect wait' },
  'inspect wait': { done: 'manageable', resume: 'inspecting', fail: 'inspect failed', abort: 'inspect failed' },
  'inspect failed': { manage: 'manageable', inspect: 'inspecting' },
  cleaning: {
    done: 'available',
    manage: 'manageable',
    fail: 'clean failed',
    wait: 'clean wait',
    hold: 'clean hold',
  },
  'clean wait': { resume: 'cleaning', fail: 'clean failed', abort: 'clean failed', hold: 'clean hold' },
  'clean hold': { unhold: 'clean wait', abort: 'clean failed' },
  'clean failed': { manage: 'manageable' },
  available: { deploy: 'deploying', manage: 'manageable' },
  deploying: { done: 'active', fail: 'deploy failed', wait: 'wait call-back', hold: 'deploy hold' },
  'wait call-back': {
    resume: 'deploying',
    fail: 'deploy failed',
    abort: 'deploy failed',
    hold: 'deploy hold',
    delete: 'deleting',
  },
  'deploy hold': { unhold: 'wait call-back', abort: 'deploy failed' },
  'deploy failed': { rebuild: 'deploying', deploy: 'deploying', delete: 'deleting' },
  active: { rebuild: 'deploying', delete: 'deleting', rescue: 'rescuing', service: 'servicing' },
  servicing: { done: 'active', fail: 'service failed', wait: 'service wait', hold: 'service hold' },
  'service wait': {
    resume: 'servicing',
    fail: 'service failed',
    abort: 'service failed',
    hold: 'service hold',
    delete: 'deleting',
  },
  'service hold': {
    service: 'servicing',
    unhold: 'service wait',
    fail: 'service failed',
    abort: 'service failed',
  },
  'service failed': {
    service: 'servicing',
    rescue: 'rescuing',
    wait: 'service wait',
    hold: 'service hold',
    delete: 'deleting',
    abort: 'active',
  },
  rescuing: { done: 'rescue', wait: 'rescue wait', fail: 'rescue failed' },
  'rescue wait': { resume: 'rescuing', fail: 'rescue failed', abort: 'rescue failed', delete: 'deleting' },
  'rescue failed': { rescue: 'rescuing', unrescue: 'unrescuing', delete: 'deleting' },
  rescue: { rescue: 'rescuing', unrescue: 'unrescuing', delete: 'deleting' },
  unrescuing: { done: 'active', fail: 'unrescue failed' },
  'unrescue failed': { rescue: 'rescuing', unrescue: 'unrescuing', delete: 'deleting' },
  adopting: { done: 'active', fail: 'adopt failed' },
  'adopt failed': { adopt: 'adopting', manage: 'manageable' },
  deleting: { clean: 'cleaning', fail: 'error' },
  error: { rebuild: 'deploying', delete: 'deleting' },
};

/** Transitions whose target is not the default one of the state that they enter: manual cleaning ends at `manageable`. */
export const explicitTargets: Readonly<
  Partial<Record<ProvisionState, Readonly<Partial<Record<LifecycleEvent, StableState>>>>>
> = {
  manageable: { clean: 'manageable' },
};

/** One line of the table. */
export interface Transition {
  readonly from: ProvisionState;
  readonly event: LifecycleEvent;
  readonly to: ProvisionState;
}

/** The table as lines, for documents and tests. */
export const transitions: readonly Transition[] = provisionStates.flatMap((from) =>
  lifecycleEvents.flatMap((event) => {
    const to = transitionTable[from][event];
    return to === undefined ? [] : [{ from, event, to }];
  }),
);
