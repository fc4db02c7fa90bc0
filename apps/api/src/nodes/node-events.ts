import { randomUUID } from 'node:crypto';
import { Outbox, type OutboxMessage } from '@bessemer/bus';
import { eventSubject, type NodeCopiesEvent, type NodeEvent } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { maskSecrets } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import { copyOf, inMessages, isSameCopy } from './node-copy.js';
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

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

/** Ironic's payload (reference: conductor.md §6). It is one literal, written for each change: what is put together member by member costs thrice. */
function payloadOf(node: NodeRow, traits: string[]): NodeEvent {
  return {
    uuid: node.uuid,
    revision: node.revision,
    name: node.name,
    driver: node.driver,
    conductor_group: node.conductor_group,
    console_enabled: node.console_enabled,
    description: node.description,
    disable_power_off: node.disable_power_off,
    extra: node.extra,
    boot_mode: node.boot_mode,
    secure_boot: node.secure_boot,
    health: node.health,
    instance_uuid: node.instance_uuid,
    last_error: node.last_error,
    maintenance: node.maintenance,
    maintenance_reason: node.maintenance_reason,
    fault: node.fault,
    bios_interface: node.bios_interface,
    boot_interface: node.boot_interface,
    console_interface: node.console_interface,
    deploy_interface: node.deploy_interface,
    inspect_interface: node.inspect_interface,
    management_interface: node.management_interface,
    network_interface: node.network_interface,
    power_interface: node.power_interface,
    raid_interface: node.raid_interface,
    rescue_interface: node.rescue_interface,
    storage_interface: node.storage_interface,
    vendor_interface: node.vendor_interface,
    owner: node.owner,
    lessee: node.lessee,
    power_state: node.power_state,
    target_power_state: node.target_power_state,
    properties: node.properties,
    protected: node.protected,
    protected_reason: node.protected_reason,
    provision_state: node.provision_state,
    target_provision_state: node.target_provision_state,
    resource_class: node.resource_class,
    retired: node.retired,
    retired_reason: node.retired_reason,
    created_at: iso(node.created_at),
    updated_at: iso(node.updated_at),
    provision_updated_at: iso(node.provision_updated_at),
    inspection_started_at: iso(node.inspection_started_at),
    inspection_finished_at: iso(node.inspection_finished_at),
    driver_info: maskSecrets(node.driver_info),
    instance_info: maskSecrets(node.instance_info),
    driver_internal_info: maskSecrets(node.driver_internal_info),
    clean_step: maskSecrets(node.clean_step),
    deploy_step: maskSecrets(node.deploy_step),
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
    more?: Record<string, unknown>,
  ): Promise<void> {
    const isGone = kind === 'delete';
    const traits = isGone ? [] : await this.nodes.traits(node.uuid, tx);
    const told = isGone ? tombstoneOf(node) : changed([copyOf(node, await this.nodes.macs(node.uuid, tx))]);
    await this.outbox.addAll(tx, [
      eventMessage(payloadOf(node, traits), kind, status, more),
      copiesMessage(node.uuid, 'changed', told),
    ]);
    for (const listener of this.listeners) await listener(tx, node.uuid);
  }

  /** What {@link announce} announces of new nodes to which nothing belongs yet. */
  ofCreations(nodes: readonly NodeRow[]): OutboxMessage[] {
    const events = nodes.map((node) => eventMessage(payloadOf(node, []), 'create', 'end'));
    const copies = inMessages(nodes.map((node) => copyOf(node, [])));
    return [...events, ...copies.map((some) => copiesMessage(randomUUID(), 'created', changed(some)))];
  }

  /**
   * What {@link announce} announces of an update; copies are told of it only if it concerns them.
   *
   * @param before the node and what belongs to it, which the update has not touched
   */
  ofUpdate({ node: before, traits, macs }: LoadedNode, node: NodeRow): OutboxMessage[] {
    const copy = copyOf(node, macs);
    const event = eventMessage(payloadOf(node, traits), 'update', 'end');
    return isSameCopy(copyOf(before, macs), copy)
      ? [event]
      : [event, copiesMessage(node.uuid, 'changed', changed([copy]))];
  }
}

function eventMessage(
  payload: NodeEvent,
  kind: NodeEventKind,
  status: NodeEventStatus,
  more?: Record<string, unknown>,
): OutboxMessage {
  return {
    stream: 'EVENTS',
    subject: eventSubject('api', 'node', payload.uuid, kind),
    type: `baremetal.node.${kind}.${status}`,
    aggregate: payload.uuid,
    data: more === undefined ? payload : { ...payload, ...more },
  };
}

const changed = (copies: NodeCopiesEvent['changed']): NodeCopiesEvent => ({ changed: copies, deleted: [] });

const tombstoneOf = ({ uuid, incarnation, revision }: NodeRow): NodeCopiesEvent => ({
  changed: [],
  deleted: [{ uuid, incarnation, revision }],
});

/** @param id of the node that the message tells of; of the message itself where it tells of several */
function copiesMessage(id: string, what: 'created' | 'changed', data: NodeCopiesEvent): OutboxMessage {
  return {
    stream: 'EVENTS',
    subject: eventSubject('api', 'node-copies', id, what),
    type: `bessemer.node-copies.${what}`,
    aggregate: id,
    data,
  };
}
