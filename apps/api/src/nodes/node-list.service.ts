import { isUuid } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { faults, isFault, isProvisionState } from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import { ChassisRepository } from '../chassis/chassis.repository.js';
import type { RequestContext } from '../http/context.js';
import { Conditions, listBody, readPage } from '../records/page.js';
import { type Asked, listSelection } from '../records/selection.js';
import { parseUuid } from '../records/values.js';
import { chassisNodeDetailParameters, chassisNodeListParameters } from '../versions/chassis-parameters.js';
import { nodeConductor, nodeFields, nodeListedOrder } from '../versions/node-fields.js';
import {
  nodeDetailParameters,
  nodeListParameters,
  type ParameterValues,
  readParameters,
} from '../versions/parameters.js';
import { NodesRepository, nodeList } from './nodes.repository.js';

const equal = [
  'instance_uuid',
  'maintenance',
  'driver',
  'resource_class',
  'fault',
  'owner',
  'retired',
  'lessee',
  'instance_name',
  'provision_state',
] as const;

function check(values: ParameterValues): void {
  const { provision_state: state, fault } = values;
  if (state !== undefined && !isProvisionState(state))
    throw new BessemerError('invalid', `Provision state "${String(state)}" is not valid`, { field: 'provision_state' });
  if (fault !== undefined && !isFault(fault))
    throw new BessemerError(
      'invalid',
      `Unrecognized fault "${String(fault)}" is specified, allowed faults are ${faults.join(', ')}`,
      { field: 'fault' },
    );
}

function filter(conditions: Conditions, values: ParameterValues): void {
  for (const name of equal) if (values[name] !== undefined) conditions.add(`r.${name} = ?`, values[name]);
  if (values['conductor_group'] !== undefined)
    conditions.add('r.conductor_group = ?', String(values['conductor_group']).toLowerCase());
  if (values['associated'] !== undefined)
    conditions.add(`r.instance_uuid IS ${values['associated'] === true ? 'NOT' : ''} NULL`);
  if (values['sharded'] !== undefined) conditions.add(`r.shard IS ${values['sharded'] === true ? 'NOT' : ''} NULL`);
  if (values['shard'] !== undefined) conditions.add('r.shard = ANY(?::text[])', values['shard']);
  if (values['project'] !== undefined) conditions.add('r.owner = ? OR r.lessee = ?', values['project']);
  if (values['conductor'] !== undefined) conditions.add(`${nodeConductor} = ?`, values['conductor']);
  if (values['description_contains'] !== undefined)
    conditions.add('strpos(lower(r.description), lower(?)) > 0', values['description_contains']);
}

/** Lists of nodes. */
@Injectable()
export class NodeListService {
  constructor(
    private readonly database: Database,
    private readonly nodes: NodesRepository,
    private readonly chassis: ChassisRepository,
  ) {}

  /** `GET /v1/nodes` and, with `isDetail`, `GET /v1/nodes/detail`. */
  list(query: unknown, isDetail: boolean, context: RequestContext): Promise<Buffer> {
    const values = readParameters(isDetail ? nodeDetailParameters : nodeListParameters, query, context.minor);
    return this.page(values, 'nodes', isDetail, context);
  }

  /** `GET /v1/chassis/{chassis}/nodes` and, with `isDetail`, `…/nodes/detail`; throws `not-found` for the chassis. */
  listOfChassis(ident: string, query: unknown, isDetail: boolean, context: RequestContext): Promise<Buffer> {
    const uuid = parseUuid(ident, 'chassis_uuid');
    const parameters = isDetail ? chassisNodeDetailParameters : chassisNodeListParameters;
    const values = readParameters(parameters, query, context.minor);
    return this.page(values, `chassis/${uuid}/nodes`, isDetail, context, uuid);
  }

  /** @param path the path of the list below `/v1/` */
  private async page(
    values: ParameterValues,
    path: string,
    isDetail: boolean,
    context: RequestContext,
    chassis: unknown = values['chassis_uuid'],
  ): Promise<Buffer> {
    const asked: Asked = {
      detail: isDetail || values['detail'] === true,
      ...(Array.isArray(values['fields']) ? { fields: values['fields'] } : {}),
    };
    const selection = listSelection(nodeFields, asked, context.minor);
    if (values['marker'] !== undefined) parseUuid(values['marker'], 'marker');
    const page = readPage(nodeList, values);
    check(values);
    const conditions = new Conditions(context.base);
    filter(conditions, values);
    await this.filterByParent(conditions, values);
    if (typeof chassis === 'string') await this.filterByChassis(conditions, chassis);
    const found = await this.nodes.list(selection, page, conditions, context.minor);
    const shown = values['instance_uuid'] === undefined ? found : { ...found, next: null };
    return listBody(shown, page, {
      url: `${context.base}/v1/${path}${isDetail ? '/detail' : ''}`,
      repeated: {
        sort_key: page.sortKey,
        sort_dir: page.sortDir,
        fields: isDetail || asked.detail === true ? undefined : namesIn(selection, asked),
        detail: !isDetail && asked.detail === true ? 'True' : undefined,
        ...repeatedFilters(values),
      },
    });
  }

  private async filterByParent(conditions: Conditions, values: ParameterValues): Promise<void> {
    const parent = values['parent_node'];
    if (typeof parent === 'string') {
      const uuid = isUuid(parent) ? parent : (await this.nodes.find(parent))?.uuid;
      conditions.add('r.parent_node = ?', uuid ?? '00000000-0000-0000-0000-000000000000');
    } else if (values['include_children'] !== true) conditions.add('r.parent_node IS NULL');
  }

  private async filterByChassis(conditions: Conditions, chassis: string): Promise<void> {
    await this.chassis.require(chassis);
    conditions.add('r.chassis_uuid = ?', chassis);
  }

  /** How many nodes stand in each shard, the largest first; nodes without one under `None`, as clients know it. */
  async shards(): Promise<{ shards: { name: string; count: number }[] }> {
    const shards = await this.database.query<{ name: string; count: number }>(
      `SELECT COALESCE(shard, 'None') AS name, count(*)::int AS count FROM nodes GROUP BY shard ORDER BY count DESC, name`,
    );
    return { shards };
  }
}

/** The fields of a list as the link to its next page names them. */
function namesIn(selection: ReturnType<typeof listSelection>, asked: Asked): string {
  const shown = new Set(selection.map(([name]) => name));
  const names = asked.fields === undefined ? nodeListedOrder.filter((name) => shown.has(name)) : [...shown];
  return names.filter((name) => name !== 'links').join(',');
}

/** Filters are repeated in the next link, so that the next page belongs to the same list. */
function repeatedFilters(values: ParameterValues): Record<string, string> {
  const own = new Set(['limit', 'marker', 'sort_key', 'sort_dir', 'fields', 'detail']);
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name, value]) => !own.has(name) && value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
}
