/** The shared reference files that the tests hold the lifecycle against; absent in a clone that stands alone. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { repositoryRoot } from './repository.js';

/** The shared folder: BESSEMER_SHARED, or `shared` beside the repository. */
export const sharedFolder = resolve(process.env['BESSEMER_SHARED'] ?? join(repositoryRoot(), '..', 'shared'));

/** Whether the shared folder is there. A named one that is missing counts as present, so that the tests fail. */
export const hasShared = process.env['BESSEMER_SHARED'] !== undefined || existsSync(sharedFolder);

/** One line of a recorded transition table. */
export interface RecordedTransition {
  readonly from: string;
  readonly event: string;
  readonly to: string;
  readonly target?: string | null;
}

/** The newest transition table. */
export interface TransitionsFile {
  readonly transitions: readonly RecordedTransition[];
}

/** The state machine of an older release, as recorded. */
export interface StateMachineFile extends TransitionsFile {
  readonly states: Readonly<Record<string, { readonly stable: boolean; readonly target: string | null }>>;
  readonly VERBS: Readonly<Record<string, string>>;
  readonly UPDATE_ALLOWED_STATES: readonly string[];
  readonly DELETE_ALLOWED_STATES: readonly string[];
  readonly UNSTABLE_STATES: readonly string[];
  readonly STUCK_STATES_TREATED_AS_FAIL: readonly string[];
  readonly LOOKUP_ALLOWED_STATES: readonly string[];
  readonly FASTTRACK_LOOKUP_ALLOWED_STATES: readonly string[];
  readonly FAILURE_STATES: readonly string[];
}

/** The newest transition table, from the shared folder. */
export function readTransitions(): TransitionsFile {
  return JSON.parse(readFileSync(join(sharedFolder, 'reference/ironic/transitions.json'), 'utf8'));
}

/** The recorded state machine, from the shared folder. */
export function readStateMachine(): StateMachineFile {
  return JSON.parse(readFileSync(join(sharedFolder, 'contract/state-machine.json'), 'utf8'));
}

/** One recorded exchange with the older release. */
export interface RecordedExchange {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** The API version, such as `1.82`, or null for none. */
  readonly ver: string | null;
  readonly status: number;
  /** The text of the error, or empty. */
  readonly err: string;
}

/** The list of the recorded exchanges, from the shared folder. */
export function readExchanges(): readonly RecordedExchange[] {
  return JSON.parse(readFileSync(join(sharedFolder, 'contract/golden/index.json'), 'utf8'));
}
