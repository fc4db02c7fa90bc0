import { Outbox, type OutboxMessage } from '@bessemer/bus';
import { eventSubject, type NodeEvent, type SnapshotRow } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { maskSecrets } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import { copyOf, isSameCopy } from './node-copy.js';
import type { NodeRow } from './node-row.js';
import { type LoadedNode, NodesRepository } from './nodes.repository.js';

/** What happened to a node; with the status it is Ironic's notification name. */
export type NodeEventKind =
  | 'create'
  | 'update'
  | 'delete'
  | 'maintenance_set'
  | 'provision_set'
  | 'power_set'
  | 'console_set';

/** The last part of a notification's name. */
export type NodeEventStatus = 'start' | 'end' | 'error' | 'success';

/** Fields of Ironic's payload (reference: conductor.md §6); the ones without secrets as they are. */
const payloadFields = [
  'uuid',
  'revision',
  'name',
  'driver',
  'conductor_group',
  'console_enabled',
  'description',
  'disable_power_off',
  'extra',
  'boot_mode',
  'secure_boot',
  'clean_step',
  'deploy_step',
  'health',
  'instance_uuid',
  'last_error',
  'maintenance',
  'maintenance_reason',
  'fault',
  'bios_interface',
  'boot_interface',
  'console_interface',
  'deploy_interface',
  'inspect_interface',
  'management_interface',
  'network_interface',
  'power_interface',
  'raid_interface',
  'rescue_interface',
  'storage_interface',
  'vendor_interface',
  'owner',
  'lessee',
  'power_state',
  'target_power_state',
  'properties',
  'protected',
  'protected_reason',
  'provision_state',
  'target_provision_state',
  'resource_class',
  'retired',
  'retired_reason',
] as const satisfies readonly (keyof NodeRow)[];

const timeFields = [
  'created_at',
  'updated_at',
  'provision_updated_at',
  'inspection_started_at',
  'inspection_finished_at',
] as const satisfies readonly (keyof NodeRow)[];

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

function payloadOf(node: NodeRow, traits: string[]): NodeEvent {
  const { driver_info, instance_info, driver_internal_info, clean_step, deploy_step } = node;
  return {
    ...Object.fromEntries(payloadFields.map((name) => [name, node[name]])),
    ...Object.fromEntries(timeFields.map((name) => [name, iso(node[name])])),
    ...maskSecrets({ driver_info, instance_info, driver_internal_info, clean_step, deploy_step }),
    uuid: node.uuid,
    revision: node.revision,
    traits,
    reason: node.task_reason,
    since: iso(node.task_since),
    deadline: iso(node.task_deadline),
  };
}

/** Told of each node whose change is announced, in the transaction of the change. */
export type NodeListener = (tx: Transaction, uuid: string) => Promise<void>;

/** Puts what happened to a node into the outbox: the public events, and what copies of nodes are built from. */
@Injectable()
export class NodeEvents {
  private readonly listeners: NodeListener[] = [];

  constructor(
    private readonly outbox: Outbox,
    private readonly nodes: NodesRepository,
  ) {}

  /** Has the listener told of what {@link announce} announces. */
  onAnnounced(listener: NodeListener): void {
    this.listeners.push(listener);
  }

  /**
   * Announces a change in the transaction of the change.
   *
   * @param node the row after the change; for a deletion the last one
   * @param more fields that this kind of event has besides
   */
  async announce(
    tx: Transaction,
    node: NodeRow,
    kind: NodeEventKind,
    status: NodeEventStatus,
    more: Record<string, unknown> = {},
  ): Promise<void> {
    const isGone = kind === 'delete';
    const traits = isGone ? [] : await this.nodes.traits(node.uuid, tx);
    const copy = isGone ? null : copyOf(node, await this.nodes.ports(node.uuid, tx));
    await this.outbox.addAll(tx, [
      eventMessage(payloadOf(node, traits), kind, status, more),
      copyMessage(node, kind, copy),
    ]);
    for (const listener of this.listeners) await listener(tx, node.uuid);
  }

  /** What {@link announce} announces of a new node to which nothing belongs yet. */
  ofCreation(node: NodeRow): OutboxMessage[] {
    return [eventMessage(payloadOf(node, []), 'create', 'end'), copyMessage(node, 'create', copyOf(node, []))];
  }

  /**
   * What {@link announce} announces of an update; copies are told of it only if it concerns them.
   *
   * @param before the node and what belongs to it, which the update has not touched
   */
  ofUpdate({ node: before, traits, ports }: LoadedNode, node: NodeRow): OutboxMessage[] {
    const copy = copyOf(node, ports);
    const event = eventMessage(payloadOf(node, traits), 'update', 'end');
    return isSameCopy(copyOf(before, ports), copy) ? [event] : [event, copyMessage(node, 'update', copy)];
  }
}

function eventMessage(
  payload: NodeEvent,
  kind: NodeEventKind,
  status: NodeEventStatus,
  more: Record<string, unknown> = {},
): OutboxMessage {
  return {
    stream: 'EVENTS',
    subject: eventSubject('api', 'node', payload.uuid, kind),
    type: `baremetal.node.${kind}.${status}`,
    aggregate: payload.uuid,
    data: { ...payload, ...more },
  };
}

function copyMessage({ uuid, revision }: NodeRow, kind: NodeEventKind, copy: SnapshotRow | null): OutboxMessage {
  const what = kind === 'create' || kind === 'delete' ? kind : 'set';
  return {
    stream: 'EVENTS',
    subject: eventSubject('api', 'node-copy', uuid, what),
    type: `bessemer.node-copy.${what}`,
    aggregate: uuid,
    data: { uuid, revision, copy },
  };
}
