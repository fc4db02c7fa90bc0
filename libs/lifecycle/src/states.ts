/**
 * The provision states of a node and what is true of each.
 *
 * Source of the facts: the state machine reference §1, §5 to §7 and §9.
 */

/** Every provision state by its wire value, in the order in which a machine may meet them. */
export const provisionStates = [
  'enroll',
  'verifying',
  'manageable',
  'inspecting',
  'inspect wait',
  'inspect failed',
  'cleaning',
  'clean wait',
  'clean hold',
  'clean failed',
  'available',
  'deploying',
  'wait call-back',
  'deploy hold',
  'deploy failed',
  'active',
  'servicing',
  'service wait',
  'service hold',
  'service failed',
  'rescuing',
  'rescue wait',
  'rescue failed',
  'rescue',
  'unrescuing',
  'unrescue failed',
  'adopting',
  'adopt failed',
  'deleting',
  'error',
] as const;

/** A provision state, by its wire value. */
export type ProvisionState = (typeof provisionStates)[number];

/** Where a node rests until somebody asks for something; only these may be a target. */
export type StableState = 'enroll' | 'manageable' | 'available' | 'active' | 'rescue' | 'error';

/**
 * What kind of state it is: `stable` rests, `working` is held by a running task, `waiting` is a task that waits for an
 * agent, `held` a task that waits for an operator, `failed` a task that ended badly.
 */
export type Phase = 'stable' | 'working' | 'waiting' | 'held' | 'failed';

/** What the table says of a state. */
export interface StateFacts {
  readonly phase: Phase;
  /** The `target_provision_state` that a node gets on entering the state unless another is passed or kept. */
  readonly target: StableState | null;
  /** One sentence for readers. */
  readonly meaning: string;
}

/** The facts of every state. */
export const stateFacts: Readonly<Record<ProvisionState, StateFacts>> = {
  enroll: { phase: 'stable', target: null, meaning: 'Known by its record; its credentials are not yet checked.' },
  verifying: { phase: 'working', target: 'manageable', meaning: 'Its power interface and credentials are tried.' },
  manageable: { phase: 'stable', target: null, meaning: 'Under control, not offered for deployment.' },
  inspecting: { phase: 'working', target: 'manageable', meaning: 'Its hardware is being looked at.' },
  'inspect wait': { phase: 'waiting', target: 'manageable', meaning: 'Waits for the inspection ramdisk to report.' },
  'inspect failed': { phase: 'failed', target: 'manageable', meaning: 'Inspection ended with an error.' },
  cleaning: { phase: 'working', target: 'available', meaning: 'A clean step runs.' },
  'clean wait': { phase: 'waiting', target: 'available', meaning: 'Waits for the agent to go on with cleaning.' },
  'clean hold': { phase: 'held', target: 'available', meaning: 'A hold step stopped cleaning until `unhold`.' },
  'clean failed': { phase: 'failed', target: 'available', meaning: 'Cleaning ended with an error.' },
  available: { phase: 'stable', target: null, meaning: 'Clean and offered for deployment.' },
  deploying: { phase: 'working', target: 'active', meaning: 'A deploy step runs.' },
  'wait call-back': { phase: 'waiting', target: 'active', meaning: 'Waits for the agent to go on with deployment.' },
  'deploy hold': { phase: 'held', target: 'active', meaning: 'A hold step stopped deployment until `unhold`.' },
  'deploy failed': { phase: 'failed', target: 'active', meaning: 'Deployment ended with an error.' },
  active: { phase: 'stable', target: null, meaning: 'Runs an instance.' },
  servicing: { phase: 'working', target: 'active', meaning: 'A service step runs on a deployed machine.' },
  'service wait': { phase: 'waiting', target: 'active', meaning: 'Waits for the agent to go on with service.' },
  'service hold': { phase: 'held', target: 'active', meaning: 'A hold step stopped service until `unhold`.' },
  'service failed': { phase: 'failed', target: 'active', meaning: 'Service ended with an error or was aborted.' },
  rescuing: { phase: 'working', target: 'rescue', meaning: 'The rescue ramdisk is being brought up.' },
  'rescue wait': { phase: 'waiting', target: 'rescue', meaning: 'Waits for the rescue ramdisk to report.' },
  'rescue failed': { phase: 'failed', target: 'rescue', meaning: 'Rescue ended with an error.' },
  rescue: { phase: 'stable', target: null, meaning: 'Runs the rescue ramdisk on the tenant network.' },
  unrescuing: { phase: 'working', target: 'active', meaning: 'Being returned from rescue to its instance.' },
  'unrescue failed': { phase: 'failed', target: 'active', meaning: 'The return from rescue ended with an error.' },
  adopting: { phase: 'working', target: 'active', meaning: 'A machine that already runs an instance is taken over.' },
  'adopt failed': { phase: 'failed', target: 'active', meaning: 'Adoption ended with an error.' },
  deleting: { phase: 'working', target: 'available', meaning: 'Its instance is taken off; cleaning follows.' },
  error: { phase: 'stable', target: null, meaning: 'Taking the instance off failed; delete or rebuild it again.' },
};

const known: ReadonlySet<string> = new Set(provisionStates);

/** Whether the text is the wire value of a provision state. */
export function isProvisionState(value: unknown): value is ProvisionState {
  return typeof value === 'string' && known.has(value);
}

/** Whether the value is a state that may be a `target_provision_state`. */
export function isStableState(value: unknown): value is StableState {
  return isProvisionState(value) && stateFacts[value].phase === 'stable';
}

/** All states of a phase, in the order of {@link provisionStates}. */
export function statesInPhase(phase: Phase): readonly ProvisionState[] {
  return provisionStates.filter((state) => stateFacts[state].phase === phase);
}
