import { type Parameters, pageParameters, selectionParameters } from './parameters.js';

/** Filters that do not name the node or the port group. */
const ownFilters = {
  address: { type: 'string' },
  conductor_groups: { type: 'list', since: 99 },
  description_contains: { type: 'string' },
  shard: { type: 'list', since: 82 },
} as const satisfies Parameters;

const nodeFilters = { node: { type: 'string' }, node_uuid: { type: 'uuid' } } as const satisfies Parameters;
const portgroupFilter = { portgroup: { type: 'string', since: 24 } } as const satisfies Parameters;

/** `GET /v1/ports/detail` */
export const portDetailParameters = {
  ...pageParameters,
  ...nodeFilters,
  ...portgroupFilter,
  ...ownFilters,
} as const satisfies Parameters;
/** `GET /v1/ports` */
export const portListParameters = { ...portDetailParameters, ...selectionParameters } as const satisfies Parameters;
/** `GET /v1/nodes/{node}/ports` and `…/detail` */
export const nodePortListParameters = {
  ...pageParameters,
  ...portgroupFilter,
  ...ownFilters,
  ...selectionParameters,
} as const satisfies Parameters;
/** `GET /v1/portgroups/{portgroup}/ports` and `…/detail` */
export const portgroupPortListParameters = {
  ...pageParameters,
  ...nodeFilters,
  ...ownFilters,
  ...selectionParameters,
} as const satisfies Parameters;
