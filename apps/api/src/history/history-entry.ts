import type { NodeRow } from '../nodes/node-row.js';

/** Who has asked for what happens. */
export interface Requester {
  readonly user: string | null;
  readonly project: string | null;
}

/** One entry of a node's history. */
export interface HistoryEntry extends Requester {
  readonly node_uuid: string;
  readonly severity: 'INFO' | 'ERROR';
  readonly event: string;
  readonly event_type: string;
  readonly conductor: string | null;
  readonly state: string;
  readonly target_provision_state: string | null;
  /** Seconds since the node came into the state that it leaves, or is in. */
  readonly duration_seconds: number | null;
  readonly step: string | null;
}

/** Who asked for the node's task. */
export const requesterOf = (node: NodeRow): Requester => ({ user: node.task_user, project: node.task_project });

/** Seconds since the node came into its state. */
export const secondsInState = ({ provision_updated_at: since }: NodeRow): number | null =>
  since === null ? null : Math.max(0, Math.round((Date.now() - since.getTime()) / 1000));

/** What is told of something that left the node in its state, by the row as it is. */
export const entryInState = (
  node: NodeRow,
  entry: Pick<HistoryEntry, 'severity' | 'event' | 'event_type' | 'conductor' | 'step'>,
  { user, project }: Requester = requesterOf(node),
): HistoryEntry => ({
  ...entry,
  user,
  project,
  node_uuid: node.uuid,
  state: node.provision_state,
  target_provision_state: node.target_provision_state,
  duration_seconds: secondsInState(node),
});

/** How history names a step. */
export const nameOfStep = (
  step: { readonly interface: string; readonly step: string } | null | undefined,
): string | null => (step === null || step === undefined ? null : `${step.interface}.${step.step}`);

/** How history names what a task belongs to (reference: conductor.md §7). */
const types: Readonly<Record<string, string>> = {
  verify: 'verify',
  inspect: 'introspection',
  clean: 'cleaning',
  deploy: 'deploying',
  undeploy: 'unprovision',
  adopt: 'adoption',
  rescue: 'rescue',
  unrescue: 'rescue',
  service: 'servicing',
};

/** The `event_type` of what belongs to a kind of task. */
export const historyTypeOf = (kind: string): string => types[kind] ?? kind;
