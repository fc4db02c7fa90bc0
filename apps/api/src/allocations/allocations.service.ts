import { randomUUID } from 'node:crypto';
import { isUuid } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { mayBackfillAllocation, mayDeleteAllocation } from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { type NodeRow, stateOf, targetOf } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { applyPatch, fieldOf, readPatch, requirePatchable } from '../records/json-patch.js';
import { Conditions, listBody, readPage } from '../records/page.js';
import { type RecordValues, readNewRecord, readValue, refuseSealed } from '../records/record-body.js';
import { requireRevision } from '../records/revision.js';
import { allFields, listSelection, showSelection } from '../records/selection.js';
import { isLogicalName, parseUuid, shorten } from '../records/values.js';
import { ConcurrentChangeError, duplicateIn, inTransaction } from '../records/write.js';
import { requireTraits } from '../traits/traits.repository.js';
import { allocationFields } from '../versions/allocation-fields.js';
import { allocationListParameters, readParameters, showParameters } from '../versions/parameters.js';
import { AllocationMatcher } from './allocation-matcher.js';
import {
  type AllocationRow,
  AllocationsRepository,
  allocationList,
  allocationNotFound,
} from './allocations.repository.js';

const patchable = ['name', 'extra'];

function duplicate(constraint: string, values: RecordValues): BessemerError {
  if (constraint.includes('node_uuid'))
    return new BessemerError('conflict', `Node ${String(values['node_uuid'])} is already allocated.`, {
      field: 'node',
    });
  const field = constraint.includes('name') ? 'name' : 'uuid';
  const noun = field === 'uuid' ? 'UUID' : 'name';
  return new BessemerError('conflict', `An allocation with ${noun} ${String(values[field])} already exists.`, {
    field,
  });
}

// A name that looks like a UUID is let through, as clients know it.
const requireName = (name: unknown): void => {
  if (name !== undefined && name !== null && !isLogicalName(name) && !isUuid(name))
    throw new BessemerError('invalid', `Cannot create allocation with invalid name '${shorten(name)}'`, {
      field: 'name',
    });
};

/** Allocations: asked for at once, matched in the background. */
@Injectable()
export class AllocationsService {
  constructor(
    private readonly database: Database,
    private readonly allocations: AllocationsRepository,
    private readonly nodes: NodesRepository,
    private readonly lookup: NodeLookup,
    private readonly events: NodeEvents,
    private readonly matcher: AllocationMatcher,
  ) {}

  /** Accepts an allocation; a match follows in the background. */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; text: string }> {
    const { node: ident, ...values } = readNewRecord('allocation', allocationFields, body, context.minor);
    requireName(values['name']);
    if (values['traits'] !== undefined) requireTraits(values['traits'] as unknown[]);
    const uuid = String(values['uuid'] ?? randomUUID());
    const given = { ...values, uuid, candidate_nodes: await this.candidates(values['candidate_nodes']) };
    const isBackfill = typeof ident === 'string';
    if (!isBackfill && typeof values['resource_class'] !== 'string')
      throw new BessemerError('invalid', 'The resource_class field is mandatory when not backfilling', {
        field: 'resource_class',
      });
    try {
      if (isBackfill) await this.backfill(given, ident);
      else await inTransaction(this.database, (tx) => this.allocations.insert(tx, { ...given, state: 'allocating' }));
    } catch (error) {
      const constraint = duplicateIn(error);
      throw constraint === undefined ? error : duplicate(constraint, given);
    }
    const selection = allFields(allocationFields, context.minor);
    const text = await this.allocations.render(uuid, selection, context);
    this.matcher.wake();
    return { uuid, text };
  }

  async show(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const selection = showSelection(allocationFields, Array.isArray(fields) ? fields : undefined, context.minor);
    const allocation = await this.require(ident);
    return this.allocations.render(allocation.uuid, selection, context);
  }

  async list(query: unknown, context: RequestContext): Promise<Buffer> {
    const values = readParameters(allocationListParameters, query, context.minor);
    const fields = Array.isArray(values['fields']) ? values['fields'] : undefined;
    const selection = listSelection(allocationFields, fields === undefined ? {} : { fields }, context.minor);
    if (values['marker'] !== undefined) parseUuid(values['marker'], 'marker');
    const page = readPage(allocationList, values);
    const conditions = new Conditions(context.base);
    for (const name of ['resource_class', 'state', 'owner'])
      if (values[name] !== undefined) conditions.add(`r.${name} = ?`, values[name]);
    if (values['node'] !== undefined)
      conditions.add('r.node_uuid = ?', (await this.lookup.require(String(values['node']), context)).uuid);
    const found = await this.allocations.list(selection, page, conditions, context.minor);
    return listBody(found, page, {
      url: `${context.base}/v1/allocations`,
      repeated: {
        sort_key: page.sortKey,
        sort_dir: page.sortDir,
        fields: fields?.join(','),
        ...Object.fromEntries(
          ['resource_class', 'state', 'owner', 'node'].map((name) => [
            name,
            values[name] === undefined ? undefined : String(values[name]),
          ]),
        ),
      },
    });
  }

  /** Only the name and extra may be changed. */
  async patch(ident: string, body: unknown, context: RequestContext): Promise<string> {
    const patch = readPatch(body, context.minor);
    requirePatchable(patch, patchable);
    for (const operation of patch) refuseSealed(operation.value, operation.path);
    const found = await this.require(ident);
    let after: RecordValues = {};
    try {
      await inTransaction(this.database, async (tx) => {
        const row = await this.allocations.lock(tx, found.uuid);
        if (row === undefined) throw allocationNotFound(ident);
        requireRevision(row, context);
        after = applyPatch({ name: row.name, extra: row.extra }, patch);
        for (const name of new Set(patch.map(fieldOf))) {
          const field = allocationFields[name];
          if (field !== undefined) after[name] = readValue('allocation', name, field, after[name]);
        }
        requireName(after['name']);
        await this.allocations.update(tx, row, after);
      });
    } catch (error) {
      const constraint = duplicateIn(error);
      throw constraint === undefined ? error : duplicate(constraint, after);
    }
    return this.allocations.render(found.uuid, allFields(allocationFields, context.minor), context);
  }

  async delete(ident: string, context: RequestContext): Promise<void> {
    await this.release((await this.require(ident)).uuid, context);
  }

  /** The allocation of a node; throws `not-found` when it has none. */
  async showOfNode(ident: string, query: unknown, context: RequestContext): Promise<string> {
    return this.show((await this.requireOfNode(ident, context)).uuid, query, context);
  }

  async deleteOfNode(ident: string, context: RequestContext): Promise<void> {
    await this.release((await this.requireOfNode(ident, context)).uuid, context);
  }

  private async release(uuid: string, context: RequestContext): Promise<void> {
    await inTransaction(this.database, async (tx) => {
      const { allocation, node } = await this.lockWithNode(tx, uuid);
      requireRevision(allocation, context);
      await this.allocations.delete(tx, uuid);
      if (node === undefined || node.instance_uuid !== uuid) return;
      if (!mayDeleteAllocation(stateOf(node), targetOf(node), node))
        throw new BessemerError(
          'conflict',
          `Cannot remove allocation ${uuid} while node ${node.uuid} is in state "${node.provision_state}".`,
        );
      const { traits: _, ...info } = node.instance_info;
      const freed = await this.nodes.update(tx, node, { instance_uuid: null, instance_info: info });
      await this.events.announce(tx, freed, 'update', 'end');
    });
  }

  /**
   * The allocation with its node, locked in the order in which all lock them: the node first.
   *
   * @throws ConcurrentChangeError when the allocation has been given a node before it was locked
   */
  private async lockWithNode(
    tx: Transaction,
    uuid: string,
  ): Promise<{ allocation: AllocationRow; node: NodeRow | undefined }> {
    const read = await this.allocations.findByUuid(uuid, tx);
    const holds = read?.node_uuid ?? null;
    const node = holds === null ? undefined : await this.nodes.lockIfThere(tx, holds);
    const allocation = await this.allocations.lock(tx, uuid);
    if (allocation === undefined) throw allocationNotFound(uuid);
    if (allocation.node_uuid !== holds) throw new ConcurrentChangeError('Allocation', uuid);
    return { allocation, node };
  }

  /** An allocation made afterwards for a node that is active already. */
  private async backfill(values: RecordValues, ident: string): Promise<void> {
    await inTransaction(this.database, async (tx) => {
      const node = await this.nodes.lockIfThere(tx, ident);
      if (node === undefined)
        throw new BessemerError('invalid', `Node ${ident} could not be found.`, { field: 'node' });
      if (node.instance_uuid !== null && node.instance_uuid !== values['uuid'])
        throw new BessemerError('conflict', `Node ${node.uuid} is associated with instance ${node.instance_uuid}.`);
      if (!mayBackfillAllocation(stateOf(node)))
        throw new BessemerError(
          'invalid',
          `Cannot backfill an allocation for node ${node.uuid}: it is in the state "${node.provision_state}".`,
          { field: 'node' },
        );
      const resourceClass = values['resource_class'] ?? node.resource_class;
      await this.allocations.insert(tx, {
        ...values,
        resource_class: resourceClass,
        state: 'active',
        node_uuid: node.uuid,
      });
      const taken = await this.nodes.update(tx, node, { instance_uuid: String(values['uuid']) });
      await this.events.announce(tx, taken, 'update', 'end');
    });
  }

  private async candidates(given: unknown): Promise<string[]> {
    if (!Array.isArray(given)) return [];
    const uuids: string[] = [];
    const missing: string[] = [];
    for (const ident of given) {
      const node = typeof ident === 'string' ? await this.nodes.find(ident) : undefined;
      if (node === undefined) missing.push(shorten(ident));
      else uuids.push(node.uuid);
    }
    if (missing.length > 0)
      throw new BessemerError('invalid', `Nodes cannot be found: ${missing.join(', ')}`, { field: 'candidate_nodes' });
    return uuids;
  }

  private async require(ident: string): Promise<AllocationRow> {
    const allocation = await this.allocations.find(ident);
    if (allocation === undefined) throw allocationNotFound(ident);
    return allocation;
  }

  private async requireOfNode(ident: string, context: RequestContext): Promise<AllocationRow> {
    const node = await this.lookup.require(ident, context);
    const allocation = await this.allocations.findByNode(node.uuid);
    if (allocation === undefined)
      throw new BessemerError('not-found', `Allocation for node ${node.uuid} was not found`, { field: 'allocation' });
    return allocation;
  }
}
