/** The long works on a node and the states that they pass through (state machine reference §1, §2, §4, §9). */
import { type ProvisionState, provisionStates, type StableState, stateFacts } from './states.js';

/** When a waiting task is given up (state machine reference §9). */
export interface WaitTimeout {
  /** Ironic's name of the option. */
  readonly option: string;
  /** Its default, in seconds. */
  readonly seconds: number;
  /** The field of the node from which the time counts. */
  readonly since: 'provision_updated_at' | 'inspection_started_at';
}

/** What the table says of a kind of task. */
export interface TaskFacts {
  readonly work: ProvisionState;
  readonly wait: ProvisionState | null;
  readonly hold: ProvisionState | null;
  /** Where a failure leads; `enroll` for a verification, `error` for an undeploy. */
  readonly failed: ProvisionState;
  readonly timeout: WaitTimeout | null;
}

const callback = (option: string): WaitTimeout => ({ option, seconds: 1800, since: 'provision_updated_at' });

/** The facts of every kind of task. */
export const taskFacts = {
  verify: { work: 'verifying', wait: null, hold: null, failed: 'enroll', timeout: null },
  inspect: {
    work: 'inspecting',
    wait: 'inspect wait',
    hold: null,
    failed: 'inspect failed',
    timeout: { option: 'inspect_wait_timeout', seconds: 1800, since: 'inspection_started_at' },
  },
  clean: {
    work: 'cleaning',
    wait: 'clean wait',
    hold: 'clean hold',
    failed: 'clean failed',
    timeout: callback('clean_callback_timeout'),
  },
  deploy: {
    work: 'deploying',
    wait: 'wait call-back',
    hold: 'deploy hold',
    failed: 'deploy failed',
    timeout: callback('deploy_callback_timeout'),
  },
  undeploy: { work: 'deleting', wait: null, hold: null, failed: 'error', timeout: null },
  adopt: { work: 'adopting', wait: null, hold: null, failed: 'adopt failed', timeout: null },
  rescue: {
    work: 'rescuing',
    wait: 'rescue wait',
    hold: null,
    failed: 'rescue failed',
    timeout: callback('rescue_callback_timeout'),
  },
  unrescue: { work: 'unrescuing', wait: null, hold: null, failed: 'unrescue failed', timeout: null },
  service: {
    work: 'servicing',
    wait: 'service wait',
    hold: 'service hold',
    failed: 'service failed',
    timeout: callback('service_callback_timeout'),
  },
} as const satisfies Record<string, TaskFacts>;

/** A kind of task that moves a node through its lifecycle. */
export type TaskKind = keyof typeof taskFacts;

/** All kinds of task. */
export const taskKinds: readonly TaskKind[] = [
  'verify',
  'inspect',
  'clean',
  'deploy',
  'undeploy',
  'adopt',
  'rescue',
  'unrescue',
  'service',
];

/** Whether the value names a kind of task. */
export function isTaskKind(value: unknown): value is TaskKind {
  return typeof value === 'string' && Object.hasOwn(taskFacts, value);
}

function factsOf(task: TaskKind): TaskFacts {
  return taskFacts[task];
}

const taskByState: ReadonlyMap<ProvisionState, TaskKind> = new Map(
  provisionStates.flatMap((state) =>
    taskKinds
      .filter((task) => {
        const { work, wait, hold } = factsOf(task);
        return state === work || state === wait || state === hold;
      })
      .map((task): [ProvisionState, TaskKind] => [state, task]),
  ),
);

/** The kind of task that runs, waits or is held while a node is in the state, or null where none is. */
export function taskOf(state: ProvisionState): TaskKind | null {
  return taskByState.get(state) ?? null;
}

/** The state in which a task of the kind runs. */
export function workStateOf(task: TaskKind): ProvisionState {
  return factsOf(task).work;
}

/** The state in which a task of the kind waits for an agent, or null if it never does. */
export function waitStateOf(task: TaskKind): ProvisionState | null {
  return factsOf(task).wait;
}

/** The state in which a task of the kind is held, or null if it cannot be. */
export function holdStateOf(task: TaskKind): ProvisionState | null {
  return factsOf(task).hold;
}

/** The state to which a failure of a task of the kind leads. */
export function failedStateOf(task: TaskKind): ProvisionState {
  return factsOf(task).failed;
}

/** When a task that waits in the state is given up, or null where nothing waits. */
export function waitTimeoutOf(state: ProvisionState): WaitTimeout | null {
  const task = taskOf(state);
  return task !== null && stateFacts[state].phase === 'waiting' ? factsOf(task).timeout : null;
}

/**
 * The event by which a task reports that it ended well.
 *
 * @param task the kind
 * @param node its `target_provision_state`, and whether it is retired: a retired node, and one cleaned by hand, ends at
 *   `manageable`
 */
export function completionEventOf(
  task: TaskKind,
  node: { readonly target: StableState | null; readonly retired: boolean },
): 'done' | 'manage' | 'clean' {
  if (task === 'undeploy') return 'clean';
  if (task === 'clean' && (node.retired || node.target === 'manageable')) return 'manage';
  return 'done';
}

/** The task that follows by itself when one of the kind has ended well, or null: an undeploy is followed by cleaning. */
export function followingTask(task: TaskKind): TaskKind | null {
  return task === 'undeploy' ? 'clean' : null;
}
