import { randomUUID } from 'node:crypto';
import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { OwnerChange } from '../ports/owner-change.js';
import { portEventOf } from '../ports/port-event.js';
import { type PortRow, PortsRepository } from '../ports/ports.repository.js';
import { type RecordValues, readNewRecord } from '../records/record-body.js';
import { RecordEvents } from '../records/record-events.js';
import { RecordPatch } from '../records/record-patch.js';
import { requireRevision } from '../records/revision.js';
import { allFields, showSelection } from '../records/selection.js';
import { requireLogicalName } from '../records/values.js';
import { readParameters, showParameters } from '../versions/parameters.js';
import { portgroupFields } from '../versions/portgroup-fields.js';
import { portgroupEventOf } from './portgroup-event.js';
import { PortgroupLookup } from './portgroup-lookup.js';
import { requirePortgroupChange, requirePortgroupDeletable } from './portgroup-rules.js';
import { PortgroupsRepository } from './portgroups.repository.js';

/** Port groups: ports of a node that are bonded. */
@Injectable()
export class PortgroupsService {
  constructor(
    private readonly portgroups: PortgroupsRepository,
    private readonly lookup: PortgroupLookup,
    private readonly ports: PortsRepository,
    private readonly nodes: NodesRepository,
    private readonly owners: OwnerChange,
    private readonly events: RecordEvents,
  ) {}

  /** Creates a port group and returns it as it is shown. */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; text: string }> {
    const values = readNewRecord('portgroup', portgroupFields, body, context.minor);
    requireLogicalName('portgroup', values['name']);
    const uuid = String(values['uuid'] ?? randomUUID());
    const owner = await this.nodes.find(String(values['node_uuid']));
    if (owner === undefined)
      throw new BessemerError('invalid', `Node ${String(values['node_uuid'])} could not be found.`, {
        field: 'node_uuid',
      });
    const given = Object.fromEntries(Object.entries({ ...values, uuid }).filter(([, value]) => value !== null));
    await this.owners.within(owner.uuid, 'portgroup', given, async (tx, node) => {
      const portgroup = await this.portgroups.insert(tx, given);
      await this.events.announce(tx, 'portgroup', 'create', portgroupEventOf(portgroup));
      await this.owners.announce(tx, [node]);
    });
    return { uuid, text: await this.portgroups.render(uuid, allFields(portgroupFields, context.minor), context) };
  }

  async show(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const selection = showSelection(portgroupFields, Array.isArray(fields) ? fields : undefined, context.minor);
    const { uuid } = await this.lookup.require(ident, context);
    return this.portgroups.render(uuid, selection, context);
  }

  async patch(ident: string, body: unknown, context: RequestContext): Promise<string> {
    const patch = new RecordPatch('portgroup', portgroupFields, body, context.minor);
    const found = await this.lookup.require(ident, context);
    const after: RecordValues = {};
    await this.owners.within(found.node_uuid, 'portgroup', after, async (tx, node) => {
      const portgroup = this.owners.unmoved(await this.portgroups.lock(tx, found.uuid), node);
      requireRevision(portgroup, context);
      Object.assign(after, patch.valuesAfter(portgroup));
      requireLogicalName('portgroup', after['name']);
      const changes = patch.changesOf(portgroup, after);
      if (Object.keys(changes).length === 0) return;
      const owners = await this.owners.lock(tx, node, String(changes['node_uuid'] ?? node.uuid));
      const ports = await this.ports.lockIn(tx, portgroup.uuid);
      requirePortgroupChange(portgroup, owners, changes, ports, context.minor);
      const changed = await this.portgroups.update(tx, portgroup, changes);
      await this.events.announce(tx, 'portgroup', 'update', portgroupEventOf(changed));
      if (changes['physical_network'] !== undefined) await this.moveToNetwork(tx, ports, changed.physical_network);
      await this.owners.announce(tx, owners);
    });
    return this.portgroups.render(found.uuid, allFields(portgroupFields, context.minor), context);
  }

  async delete(ident: string, context: RequestContext): Promise<void> {
    const found = await this.lookup.require(ident, context);
    await this.owners.within(found.node_uuid, 'portgroup', {}, async (tx, node) => {
      const portgroup = this.owners.unmoved(await this.portgroups.lock(tx, found.uuid), node);
      requireRevision(portgroup, context);
      requirePortgroupDeletable(portgroup, await this.ports.lockIn(tx, portgroup.uuid));
      await this.portgroups.delete(tx, portgroup.uuid);
      await this.events.announce(tx, 'portgroup', 'delete', portgroupEventOf(portgroup));
      await this.owners.announce(tx, [node]);
    });
  }

  /** Ports of a group are on its physical network. */
  private async moveToNetwork(tx: Transaction, ports: readonly PortRow[], network: string | null): Promise<void> {
    for (const port of ports.filter((member) => member.physical_network !== network)) {
      const moved = await this.ports.update(tx, port, { physical_network: network });
      await this.events.announce(tx, 'port', 'update', portEventOf(moved));
    }
  }
}
