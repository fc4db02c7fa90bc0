import { randomUUID } from 'node:crypto';
import { isUuid } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import type { NodeRow } from '../nodes/node-row.js';
import { NodesRepository, nodeNotFound } from '../nodes/nodes.repository.js';
import { type RecordValues, readNewRecord } from '../records/record-body.js';
import { RecordEvents } from '../records/record-events.js';
import { RecordPatch } from '../records/record-patch.js';
import { requireRevision } from '../records/revision.js';
import { allFields, showSelection } from '../records/selection.js';
import { isLogicalName, requireLogicalName, shorten } from '../records/values.js';
import { behaves } from '../versions/behaviours.js';
import { readParameters, showParameters } from '../versions/parameters.js';
import { portFields } from '../versions/port-fields.js';
import { OwnerChange } from './owner-change.js';
import { portEventOf } from './port-event.js';
import { requireLink, requireSmartNicLink } from './port-link.js';
import { type Member, PortMembership } from './port-membership.js';
import { requirePortChange, requirePortDeletable } from './port-rules.js';
import { type PortRow, PortsRepository } from './ports.repository.js';

/** A change of these is held against the rules of the port's group. */
const membership = ['node_uuid', 'portgroup_uuid', 'pxe_enabled', 'physical_network'];

/** The physical network of a port that stays in its group is the group's own, once groups have one. */
function requireOwnNetwork(port: PortRow, changes: RecordValues, minor: number): void {
  if (changes['physical_network'] === undefined || !behaves('portgroup-network', minor)) return;
  if (port.portgroup_uuid === null || changes['portgroup_uuid'] !== undefined) return;
  throw new BessemerError('invalid', `The physical network of port ${port.uuid} is that of its port group.`, {
    field: 'physical_network',
    remedy: `Change physical_network of port group ${port.portgroup_uuid}.`,
  });
}

/** What decides whether a new port may belong to its group. */
const newMember = (values: RecordValues & Pick<PortRow, 'uuid' | 'node_uuid'>): Member => ({
  portgroup_uuid: null,
  pxe_enabled: true,
  physical_network: null,
  internal_info: {},
  ...values,
});

/** Ports. */
@Injectable()
export class PortsService {
  constructor(
    private readonly ports: PortsRepository,
    private readonly nodes: NodesRepository,
    private readonly owners: OwnerChange,
    private readonly membership: PortMembership,
    private readonly events: RecordEvents,
  ) {}

  /** Creates a port and returns it as it is shown. */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; text: string }> {
    const { node_ident: ident, ...values } = readNewRecord('port', portFields, body, context.minor);
    requireLogicalName('port', values['name']);
    requireLink(values['local_link_connection'], context.minor);
    requireSmartNicLink(values['local_link_connection'], values['is_smartnic']);
    const uuid = String(values['uuid'] ?? randomUUID());
    const owner = await this.ownerOf(values['node_uuid'], ident);
    const given = Object.fromEntries(
      Object.entries({ ...values, uuid, node_uuid: owner.uuid }).filter(([, value]) => value !== null),
    );
    await this.owners.within(owner.uuid, 'port', given, async (tx, node) => {
      await this.membership.require(tx, newMember({ ...given, uuid, node_uuid: node.uuid }));
      const port = await this.ports.insert(tx, given);
      await this.events.announce(tx, 'port', 'create', portEventOf(port));
      await this.owners.announce(tx, [node]);
    });
    return { uuid, text: await this.ports.render(uuid, allFields(portFields, context.minor), context) };
  }

  async show(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const selection = showSelection(portFields, Array.isArray(fields) ? fields : undefined, context.minor);
    const port = await this.require(ident, context);
    return this.ports.render(port.uuid, selection, context);
  }

  async patch(ident: string, body: unknown, context: RequestContext): Promise<string> {
    const patch = new RecordPatch('port', portFields, body, context.minor);
    const found = await this.require(ident, context);
    const after: RecordValues = {};
    await this.owners.within(found.node_uuid, 'port', after, async (tx, node) => {
      const port = this.owners.unmoved(await this.ports.lock(tx, found.uuid), node);
      requireRevision(port, context);
      Object.assign(after, patch.valuesAfter(port));
      requireLogicalName('port', after['name']);
      if (patch.touched.has('local_link_connection')) requireLink(after['local_link_connection'], context.minor);
      const changes = patch.changesOf(port, after);
      if (Object.keys(changes).length > 0) await this.change(tx, port, node, changes, context.minor);
    });
    return this.ports.render(found.uuid, allFields(portFields, context.minor), context);
  }

  async delete(ident: string, context: RequestContext): Promise<void> {
    const found = await this.require(ident, context);
    await this.owners.within(found.node_uuid, 'port', {}, async (tx, node) => {
      const port = this.owners.unmoved(await this.ports.lock(tx, found.uuid), node);
      requireRevision(port, context);
      requirePortDeletable(node, port);
      await this.ports.delete(tx, port.uuid);
      await this.events.announce(tx, 'port', 'delete', portEventOf(port));
      await this.owners.announce(tx, [node]);
    });
  }

  private async change(
    tx: Transaction,
    port: PortRow,
    node: NodeRow,
    changes: RecordValues,
    minor: number,
  ): Promise<void> {
    const names = new Set(Object.keys(changes));
    const owners = await this.owners.lock(tx, node, String(changes['node_uuid'] ?? node.uuid));
    for (const owner of owners) requirePortChange(owner, names, minor);
    requireOwnNetwork(port, changes, minor);
    const after = { ...port, ...changes };
    requireSmartNicLink(after.local_link_connection, after.is_smartnic);
    if (membership.some((name) => names.has(name))) await this.membership.require(tx, after);
    const changed = await this.ports.update(tx, port, changes);
    await this.events.announce(tx, 'port', 'update', portEventOf(changed));
    await this.owners.announce(tx, owners);
  }

  /** The port of a UUID or, since 1.88, a name. */
  private async require(ident: string, context: RequestContext): Promise<PortRow> {
    if (!isUuid(ident) && !(behaves('port-names', context.minor) && isLogicalName(ident)))
      throw new BessemerError('invalid', `Expected UUID for port_uuid: ${shorten(ident)}`, { field: 'port' });
    const port =
      (await this.ports.find(ident)) ?? (context.hadSuffix ? await this.ports.find(`${ident}.json`) : undefined);
    if (port === undefined) throw this.ports.notFound(ident);
    return port;
  }

  /** The node of a new port. */
  private async ownerOf(uuid: unknown, ident: unknown): Promise<NodeRow> {
    if (uuid === undefined && ident === undefined)
      throw new BessemerError('invalid', "Schema error for port: 'node_uuid' is a required property", {
        field: 'node_uuid',
      });
    if (uuid !== undefined && ident !== undefined)
      throw new BessemerError('invalid', 'Only one of node_uuid and node_ident may be given.', { field: 'node_ident' });
    const node = await this.nodes.find(String(uuid ?? ident));
    if (node === undefined)
      throw new BessemerError('invalid', nodeNotFound(shorten(uuid ?? ident)).message, {
        field: uuid === undefined ? 'node_ident' : 'node_uuid',
      });
    return node;
  }
}
