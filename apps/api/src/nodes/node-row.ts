import { interfaceKinds, type NodeRecord, type PowerState } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import {
  isHeld,
  isProvisionState,
  isStableState,
  isWaiting,
  type ProvisionState,
  type StableState,
} from '@bessemer/lifecycle';

/** A step as the node's row keeps it while it runs. */
export interface RunningStep {
  readonly interface: string;
  readonly step: string;
  readonly abortable: boolean;
  readonly [key: string]: unknown;
}

/** A row of the table `nodes`: what others may know of a node, and what the api alone knows. */
export interface NodeRow extends Omit<NodeRecord, 'traits'> {
  id: string;
  /** Which node of its UUID it is. */
  incarnation: number;
  created_at: Date;
  updated_at: Date | null;
  /** Of `driver_info`, written with it: what a machine is found by. */
  bmc_addresses: string[];
  /** Of `properties` and `extra`, written with them: what a machine is found by. */
  serial_number: string | null;
  instance_name: string | null;
  chassis_uuid: string | null;
  maintenance_reason: string | null;
  maintenance_since: Date | null;
  provision_updated_at: Date | null;
  last_error: string | null;
  reservation: string | null;
  console_enabled: boolean;
  inspection_started_at: Date | null;
  inspection_finished_at: Date | null;
  protected: boolean;
  protected_reason: string | null;
  owner: string | null;
  lessee: string | null;
  description: string | null;
  retired_reason: string | null;
  shard: string | null;
  parent_node: string | null;
  health: string | null;
  /** Raised when a task is accepted, aborted or replaced; what comes with another one is stale. */
  epoch: number;
  task: string | null;
  task_kind: string | null;
  /** The `seq` of the last event of the task that was applied. */
  task_seq: number;
  /** Host of the conductor that reported last. */
  task_owner: string | null;
  task_user: string | null;
  task_project: string | null;
  task_reason: string | null;
  task_since: Date | null;
  task_deadline: Date | null;
  /** What ends its wait, as it was reported last. */
  task_waits_for: string | null;
  /** The lifecycle event that the end of an aborted task raises. */
  task_ending: string | null;
  task_step: RunningStep | null;
  abort_after: boolean;
  /** A power change beside the task; it has its own epoch and seq. */
  power_task: string | null;
  power_epoch: number;
  power_seq: number;
  power_user: string | null;
  power_project: string | null;
  power_reason: string | null;
  power_since: Date | null;
  power_deadline: Date | null;
  /** A synchronous call that changes hardware, and until when it holds the reservation. */
  call: string | null;
  call_until: Date | null;
  /** The node whose task works on this one, and that task: a child or the parent of it (docs/adr/0010). */
  borrower: string | null;
  borrower_task: string | null;
  agent_token_digest: string | null;
  /** Since when the answer with the token is on its way; null when it was sent. */
  agent_token_pending_since: Date | null;
  agent_token: Record<string, unknown> | null;
}

/** The node's `provision_state`; throws `internal` for a value that the lifecycle does not know. */
export function stateOf(node: Pick<NodeRow, 'uuid' | 'provision_state'>): ProvisionState {
  if (isProvisionState(node.provision_state)) return node.provision_state;
  throw new BessemerError('internal', `Node ${node.uuid} is in the unknown state ${node.provision_state}.`);
}

/** The node's `target_provision_state`. */
export const targetOf = (node: Pick<NodeRow, 'target_provision_state'>): StableState | null =>
  isStableState(node.target_provision_state) ? node.target_provision_state : null;

/** Whether the node's task waits or is held, so that no conductor works on it. */
export const isAtRest = (node: NodeRow): boolean => isWaiting(stateOf(node)) || isHeld(stateOf(node));

/**
 * Whether somebody works on the node or is about to: its reservation is set, a power change is on its way, or it has a
 * task that neither waits nor is held (one that no conductor has begun yet, or that is being cleaned up after).
 */
export const isBusy = (node: NodeRow): boolean =>
  node.reservation !== null || node.power_task !== null || (node.task !== null && !isAtRest(node));

/** How errors name the one who works on the node. */
export const holderOf = (node: NodeRow): string => node.reservation ?? node.task_owner ?? 'the conductor that is next';

const recordFields = [
  'uuid',
  'revision',
  'name',
  'driver',
  'driver_info',
  'driver_internal_info',
  'properties',
  'instance_info',
  'instance_uuid',
  'extra',
  'conductor_group',
  'provision_state',
  'target_provision_state',
  'power_state',
  'target_power_state',
  'maintenance',
  'fault',
  'retired',
  'automated_clean',
  'disable_power_off',
  'resource_class',
  'boot_mode',
  'secure_boot',
  'clean_step',
  'deploy_step',
  'service_step',
  'raid_config',
  'target_raid_config',
  'network_data',
  'parent_node',
  ...interfaceKinds.map((kind) => `${kind}_interface` as const),
] as const satisfies readonly (keyof NodeRow & keyof NodeRecord)[];

/** The record as commands and questions carry it: secrets stay sealed. */
export function recordOf(node: NodeRow, traits: string[]): NodeRecord {
  const record = Object.fromEntries(recordFields.map((name) => [name, node[name]])) as Omit<NodeRecord, 'traits'>;
  return { ...record, traits };
}

/** The power state as the contract names it, or null for any other text. */
export const powerStateOf = (value: unknown): PowerState | null =>
  value === 'power on' || value === 'power off' || value === 'rebooting' || value === 'error' ? value : null;
