/** The lifecycle of a node: states, events, verbs and transitions as data, and pure functions that answer for them. */
export {
  type Abort,
  type Decision,
  decide,
  isVerbAllowed,
  type Move,
  type RefusalCode,
  type Refuse,
  type Start,
  statesAccepting,
  type Unhold,
  type VerbContext,
  verbsAllowedIn,
} from './decision.js';
export { type EventFacts, eventFacts, isLifecycleEvent, type LifecycleEvent, lifecycleEvents } from './events.js';
export { type Advance, advance, canAdvance, type Position } from './machine.js';
export { type Fault, faultOfFailedAbort, faultOfFailedStep, faults, isFault } from './maintenance.js';
export * from './questions.js';
export {
  isProvisionState,
  isStableState,
  type Phase,
  type ProvisionState,
  provisionStates,
  type StableState,
  type StateFacts,
  stateFacts,
  statesInPhase,
} from './states.js';
export {
  completionEventOf,
  failedStateOf,
  followingTask,
  holdStateOf,
  isTaskKind,
  type TaskKind,
  taskKinds,
  taskOf,
  type WaitTimeout,
  waitStateOf,
  waitTimeoutOf,
  workStateOf,
} from './tasks.js';
export { type Transition, transitions } from './transitions.js';
export { factsOfVerb, isVerb, minimumVersionOf, type Verb, type VerbFacts, verbs } from './verbs.js';
