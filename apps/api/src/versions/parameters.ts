import { BessemerError } from '@bessemer/errors';
import { parseBoolean, parseUuid } from '../records/values.js';
import { versionText } from './version.js';

/** How a query parameter's value is read. */
export type ParameterType = 'string' | 'uuid' | 'integer' | 'boolean' | 'list';

/** One query parameter of a route: part of the one table of versions. */
export interface Parameter {
  readonly type: ParameterType;
  /** The first minor number that takes it. */
  readonly since?: number;
  /** How it is refused below; 406 when absent. */
  readonly below?: 'invalid' | 'not-found';
}

/** A route's query parameters by name. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** Parameters as they were read; the ones that were not given are absent. */
export type ParameterValues = Readonly<Record<string, string | number | boolean | string[] | undefined>>;

/** Parameters of every list. */
export const pageParameters = {
  limit: { type: 'integer' },
  marker: { type: 'string' },
  sort_key: { type: 'string' },
  sort_dir: { type: 'string' },
} as const satisfies Parameters;

/** What a list shows of each record. */
export const selectionParameters = {
  fields: { type: 'list', since: 8 },
  detail: { type: 'boolean', since: 43, below: 'invalid' },
} as const satisfies Parameters;

/** Filters of the list of nodes (reference: api.md §2.1). */
export const nodeFilters = {
  instance_uuid: { type: 'uuid' },
  chassis_uuid: { type: 'uuid' },
  associated: { type: 'boolean' },
  maintenance: { type: 'boolean' },
  provision_state: { type: 'string', since: 9 },
  driver: { type: 'string', since: 16 },
  resource_class: { type: 'string', since: 21 },
  fault: { type: 'string', since: 42 },
  conductor_group: { type: 'string', since: 46 },
  conductor: { type: 'string', since: 49 },
  owner: { type: 'string', since: 50 },
  description_contains: { type: 'string' },
  retired: { type: 'boolean' },
  lessee: { type: 'string', since: 65 },
  project: { type: 'string' },
  shard: { type: 'list', since: 82 },
  sharded: { type: 'boolean', since: 82 },
  include_children: { type: 'boolean', since: 83 },
  parent_node: { type: 'string', since: 83 },
  instance_name: { type: 'string', since: 104 },
} as const satisfies Parameters;

/** `GET /v1/nodes` */
export const nodeListParameters = {
  ...pageParameters,
  ...selectionParameters,
  ...nodeFilters,
} as const satisfies Parameters;
/** `GET /v1/nodes/detail` */
export const nodeDetailParameters = { ...pageParameters, ...nodeFilters } as const satisfies Parameters;

/** `GET /v1/allocations` */
export const allocationListParameters = {
  ...pageParameters,
  fields: { type: 'list' },
  node: { type: 'string' },
  resource_class: { type: 'string' },
  state: { type: 'string' },
  owner: { type: 'string', since: 60 },
} as const satisfies Parameters;

/** `GET /v1/nodes/{node}/history` */
export const historyParameters = { ...pageParameters, detail: { type: 'boolean' } } as const satisfies Parameters;
/** `GET /v1/nodes/{node}/bios` */
export const biosParameters = {
  fields: { type: 'list', since: 74 },
  detail: { type: 'boolean', since: 74 },
} as const satisfies Parameters;
/** `GET /v1/conductors` */
export const conductorParameters = {
  ...pageParameters,
  fields: { type: 'list' },
  detail: { type: 'boolean' },
} as const satisfies Parameters;
/** `GET /v1/drivers` */
export const driverParameters = {
  type: { type: 'string', since: 30 },
  detail: { type: 'boolean', since: 30 },
  fields: { type: 'list', since: 77 },
} as const satisfies Parameters;
/** `GET /v1/drivers/{driver}` */
export const driverShowParameters = { fields: { type: 'list', since: 77 } } as const satisfies Parameters;
/** A show of one record. */
export const showParameters = { fields: { type: 'list', since: 8 } } as const satisfies Parameters;
/** `PATCH /v1/nodes/{node}` */
export const nodePatchParameters = { reset_interfaces: { type: 'boolean', since: 45 } } as const satisfies Parameters;
/** `PATCH` and `DELETE /v1/nodes`, of the node that is named. */
export const nodeIdentParameters = { node_ident: { type: 'string' } } as const satisfies Parameters;
/** `GET /v1/nodes/validate` */
export const nodeValidateParameters = {
  node: { type: 'string' },
  node_uuid: { type: 'string' },
} as const satisfies Parameters;
/** `GET /v1/lookup`; `addresses` are MACs. */
export const lookupParameters = {
  addresses: { type: 'list' },
  node_uuid: { type: 'uuid' },
} as const satisfies Parameters;
/** `POST /v1/continue_inspection` */
export const continueInspectionParameters = {
  node_uuid: { type: 'uuid', since: 84, below: 'not-found' },
} as const satisfies Parameters;
/** `GET /v1/events/stream`; `since` is a position or a time. */
export const eventStreamParameters = {
  node: { type: 'string' },
  workflow: { type: 'uuid' },
  resource: { type: 'string' },
  type: { type: 'string' },
  since: { type: 'string' },
} as const satisfies Parameters;
/** `POST /v1/workflows/import` */
export const workflowImportParameters = {
  introspect: { type: 'boolean' },
  provide: { type: 'boolean' },
} as const satisfies Parameters;
/** A route without parameters. */
export const noParameters = {} as const satisfies Parameters;

function readOne(name: string, type: ParameterType, value: unknown): string | number | boolean | string[] {
  if (type === 'list' && Array.isArray(value)) return readOne(name, type, value.join(','));
  if (typeof value !== 'string')
    throw new BessemerError('invalid', `Expected string for ${name}: ${JSON.stringify(value)}`, { field: name });
  switch (type) {
    case 'integer':
      if (!/^[+-]?\d{1,15}$/.test(value))
        throw new BessemerError('invalid', `Expected an integer for ${name}: ${value}`, { field: name });
      return Number(value);
    case 'boolean':
      return parseBoolean(value, name);
    case 'uuid':
      return parseUuid(value, name);
    case 'list':
      return [...new Set(value.split(',').map((item) => item.trim()))].filter((item) => item !== '');
    default:
      return value;
  }
}

/**
 * The query of a request, held against the table of its route.
 *
 * @throws `invalid` (400) for unknown parameters and wrong values, `not-acceptable` (406) for ones that the API
 *   version does not have yet
 */
export function readParameters(table: Parameters, query: unknown, minor: number): ParameterValues {
  const values: Record<string, string | number | boolean | string[]> = {};
  const given = Object.entries(query ?? {});
  const unknown = given.map(([name]) => name).filter((name) => !Object.hasOwn(table, name));
  if (unknown.length > 0) throw new BessemerError('invalid', `Unexpected arguments: ${unknown.join(', ')}`);
  for (const [name, value] of given) {
    const parameter = table[name];
    if (parameter === undefined) continue;
    if (parameter.since !== undefined && minor < parameter.since) {
      const needed = `The minimal required API version should be ${versionText(parameter.since)}`;
      const code = parameter.below ?? 'not-acceptable';
      const reason = code === 'invalid' ? `Invalid query parameter ${name} received.` : 'Request not acceptable.';
      throw new BessemerError(code, `${reason} ${needed}`, { field: name });
    }
    values[name] = readOne(name, parameter.type, value);
  }
  return values;
}
