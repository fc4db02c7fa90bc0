import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, isUuid } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate } from '../nodes/node-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { NodesRepository, nodeNotFound } from '../nodes/nodes.repository.js';
import { applyPatch, fieldOf, readPatch, requirePatchable } from '../records/json-patch.js';
import { Conditions, listBody, readPage } from '../records/page.js';
import { type RecordValues, readNewRecord, readValue, refuseSealed, requireServed } from '../records/record-body.js';
import { allFields, listSelection, showSelection } from '../records/selection.js';
import { isLogicalName, parseMac, parseUuid, shorten } from '../records/values.js';
import { duplicateIn } from '../records/write.js';
import { fieldsWhere } from '../versions/field.js';
import {
  nodePortListParameters,
  type ParameterValues,
  portDetailParameters,
  portListParameters,
  readParameters,
  showParameters,
} from '../versions/parameters.js';
import { portFields } from '../versions/port-fields.js';
import { requireLink, requirePortChange } from './port-rules.js';
import { type PortRow, PortsRepository, portList, portNotFound } from './ports.repository.js';

const patchable = fieldsWhere(portFields, (field) => field.patch === true);
const namesSince = 88;
const nodeIdentSince = 94;

function duplicate(constraint: string, values: RecordValues): BessemerError {
  const field = ['address', 'name', 'uuid'].find((name) => constraint.includes(name)) ?? 'uuid';
  const noun = field === 'address' ? 'MAC address' : field === 'uuid' ? 'UUID' : 'name';
  return new BessemerError('conflict', `A port with ${noun} ${String(values[field])} already exists.`, { field });
}

function requireNoPortgroup(values: RecordValues): void {
  if (typeof values['portgroup_uuid'] === 'string')
    throw new BessemerError('invalid', `Portgroup ${values['portgroup_uuid']} could not be found.`, {
      field: 'portgroup_uuid',
    });
}

/** Ports. */
@Injectable()
export class PortsService {
  constructor(
    private readonly ports: PortsRepository,
    private readonly nodes: NodesRepository,
    private readonly lookup: NodeLookup,
    private readonly gate: NodeGate,
    private readonly events: NodeEvents,
  ) {}

  /** Creates a port and returns it as it is shown. */
  async create(body: unknown, context: RequestContext): Promise<{ uuid: string; text: string }> {
    const values = readNewRecord('port', portFields, await this.withNode(body, context), context.minor);
    requireLink(values['local_link_connection'], values['is_smartnic'] === true, context.minor);
    requireNoPortgroup(values);
    const uuid = String(values['uuid'] ?? randomUUID());
    const owner = await this.nodes.find(String(values['node_uuid']));
    if (owner === undefined)
      throw new BessemerError('invalid', `Node ${String(values['node_uuid'])} could not be found.`, {
        field: 'node_uuid',
      });
    const given = Object.fromEntries(Object.entries({ ...values, uuid }).filter(([, value]) => value !== null));
    await this.refusingDuplicates(given, () =>
      this.gate.whenFree(owner.uuid, async (tx, node) => {
        await this.ports.insert(tx, given);
        await this.events.announce(tx, await this.nodes.update(tx, node, {}), 'update', 'end');
      }),
    );
    return {
      uuid,
      text: await this.ports.render(uuid, allFields(portFields, context.minor), context.base, context.minor),
    };
  }

  async show(ident: string, query: unknown, context: RequestContext): Promise<string> {
    const { fields } = readParameters(showParameters, query, context.minor);
    const selection = showSelection(portFields, Array.isArray(fields) ? fields : undefined, context.minor);
    const port = await this.require(ident, context);
    return this.ports.render(port.uuid, selection, context.base, context.minor);
  }

  async patch(ident: string, body: unknown, context: RequestContext): Promise<string> {
    const patch = readPatch(body, context.minor);
    requirePatchable(patch, patchable);
    requireServed(portFields, patch.map(fieldOf), context.minor);
    for (const operation of patch) refuseSealed(operation.value, operation.path);
    const found = await this.require(ident, context);
    let after: RecordValues = {};
    await this.refusingDuplicates(
      () => after,
      () =>
        this.gate.whenFree(found.node_uuid, async (tx, node) => {
          const port = await this.ports.lock(tx, found.uuid);
          const before = Object.fromEntries(patchable.map((name) => [name, Reflect.get(port, name)]));
          after = applyPatch(before, patch);
          for (const name of new Set(patch.map(fieldOf))) {
            const field = portFields[name];
            if (field !== undefined) after[name] = readValue('patch', name, field, resetOf(name, after[name]));
          }
          requireLink(after['local_link_connection'], after['is_smartnic'] === true, context.minor);
          requireNoPortgroup(after);
          const changed = new Set(
            patchable.filter((name) => !isDeepStrictEqual(before[name] ?? null, after[name] ?? null)),
          );
          if (changed.size === 0) return;
          requirePortChange(node, changed, context.minor);
          if (changed.has('node_uuid') && (await this.nodes.find(String(after['node_uuid']), tx)) === undefined)
            throw new BessemerError('invalid', `Node ${String(after['node_uuid'])} could not be found.`, {
              field: 'node_uuid',
            });
          await this.ports.update(tx, port, Object.fromEntries([...changed].map((name) => [name, after[name]])));
          await this.events.announce(tx, await this.nodes.update(tx, node, {}), 'update', 'end');
        }),
    );
    return this.ports.render(found.uuid, allFields(portFields, context.minor), context.base, context.minor);
  }

  async delete(ident: string, context: RequestContext): Promise<void> {
    const found = await this.require(ident, context);
    await this.gate.whenFree(found.node_uuid, async (tx, node) => {
      await this.ports.lock(tx, found.uuid);
      await this.ports.delete(tx, found.uuid);
      await this.events.announce(tx, await this.nodes.update(tx, node, {}), 'update', 'end');
    });
  }

  /** `GET /v1/ports` and `GET /v1/ports/detail`. */
  async list(query: unknown, isDetail: boolean, context: RequestContext): Promise<string> {
    const values = readParameters(isDetail ? portDetailParameters : portListParameters, query, context.minor);
    const exclusive = ['node', 'node_uuid', 'portgroup', 'shard'].filter((name) => values[name] !== undefined);
    if (exclusive.length > 1 && !(exclusive.length === 2 && exclusive.every((name) => name.startsWith('node'))))
      throw new BessemerError('forbidden', `${exclusive.join(' and ')} cannot be asked for together.`);
    const conditions = new Conditions(context.base);
    const ident = values['node_uuid'] ?? values['node'];
    if (ident !== undefined)
      conditions.add('r.node_uuid = ?', (await this.lookup.require(String(ident), context)).uuid);
    if (values['address'] !== undefined) conditions.add('r.address = ?', parseMac(values['address'], 'address'));
    if (values['portgroup'] !== undefined) conditions.add('false');
    if (values['shard'] !== undefined)
      conditions.add('r.node_uuid IN (SELECT n.uuid FROM nodes n WHERE n.shard = ANY(?::text[]))', values['shard']);
    if (values['conductor_groups'] !== undefined)
      conditions.add(
        'r.node_uuid IN (SELECT n.uuid FROM nodes n WHERE n.conductor_group = ANY(?::text[]))',
        values['conductor_groups'],
      );
    if (values['description_contains'] !== undefined)
      conditions.add('strpos(lower(r.description), lower(?)) > 0', values['description_contains']);
    return this.page(values, isDetail, conditions, `${context.base}/v1/ports${isDetail ? '/detail' : ''}`, context);
  }

  /** `GET /v1/nodes/{node}/ports` */
  async listOfNode(ident: string, query: unknown, isDetail: boolean, context: RequestContext): Promise<string> {
    const values = readParameters(nodePortListParameters, query, context.minor);
    const node = await this.lookup.require(ident, context);
    const conditions = new Conditions(context.base);
    conditions.add('r.node_uuid = ?', node.uuid);
    const url = `${context.base}/v1/nodes/${node.uuid}/ports${isDetail ? '/detail' : ''}`;
    return this.page(values, isDetail, conditions, url, context);
  }

  private async page(
    values: ParameterValues,
    isDetailRoute: boolean,
    conditions: Conditions,
    url: string,
    context: RequestContext,
  ): Promise<string> {
    const isDetail = isDetailRoute || values['detail'] === true;
    const fields = values['fields'];
    const selection = listSelection(
      portFields,
      { detail: isDetail, ...(Array.isArray(fields) ? { fields } : {}) },
      context.minor,
    );
    if (values['marker'] !== undefined) parseUuid(values['marker'], 'marker');
    const page = readPage(portList, values);
    const found = await this.ports.list(selection, page, conditions, context.minor);
    const names = selection.map(([name]) => name).filter((name) => name !== 'links');
    return listBody('ports', found, page, {
      url,
      repeated: {
        sort_key: page.sortKey,
        sort_dir: page.sortDir,
        fields: isDetail ? undefined : names.join(','),
        detail: isDetail && !isDetailRoute ? 'True' : undefined,
        ...Object.fromEntries(
          ['node', 'node_uuid', 'address', 'shard', 'conductor_groups', 'description_contains']
            .filter((name) => values[name] !== undefined)
            .map((name) => [name, String(values[name])]),
        ),
      },
    });
  }

  /** The port of a UUID or, since 1.88, a name. */
  private async require(ident: string, context: RequestContext): Promise<PortRow> {
    if (!isUuid(ident) && !(context.minor >= namesSince && isLogicalName(ident)))
      throw new BessemerError('invalid', `Expected UUID for port_uuid: ${shorten(ident)}`, { field: 'port' });
    const port = isUuid(ident)
      ? await this.ports.find('uuid', ident.toLowerCase())
      : await this.ports.find('name', ident);
    if (port === undefined) throw portNotFound(ident);
    return port;
  }

  /** `node_ident` stands for `node_uuid` since 1.94. */
  private async withNode(body: unknown, context: RequestContext): Promise<unknown> {
    if (!isJsonObject(body) || body['node_ident'] === undefined) return body;
    if (context.minor < nodeIdentSince)
      throw new BessemerError('not-acceptable', 'node_ident is taken from API version 1.94 on.', {
        field: 'node_ident',
      });
    const { node_ident: ident, ...rest } = body;
    if (rest['node_uuid'] !== undefined)
      throw new BessemerError('invalid', 'Only one of node_uuid and node_ident may be given.', { field: 'node_ident' });
    const node = typeof ident === 'string' ? await this.nodes.find(ident) : undefined;
    if (node === undefined)
      throw new BessemerError('invalid', nodeNotFound(shorten(ident)).message, { field: 'node_ident' });
    return { ...rest, node_uuid: node.uuid };
  }

  private async refusingDuplicates(
    values: RecordValues | (() => RecordValues),
    work: () => Promise<void>,
  ): Promise<void> {
    try {
      await work();
    } catch (error) {
      const constraint = duplicateIn(error);
      if (constraint === undefined) throw error;
      throw duplicate(constraint, typeof values === 'function' ? values() : values);
    }
  }
}

/** A removed flag has the value of a new port. */
const resetOf = (name: string, value: unknown): unknown =>
  value === null && (name === 'pxe_enabled' || name === 'available_for_dynamic_portgroup')
    ? true
    : value === null && name === 'is_smartnic'
      ? false
      : value;
