import { type Parameters, pageParameters, selectionParameters } from './parameters.js';

const ownFilters = {
  address: { type: 'string' },
  conductor_groups: { type: 'list', since: 99 },
  shard: { type: 'list', since: 106 },
} as const satisfies Parameters;

/** `GET /v1/portgroups/detail` */
export const portgroupDetailParameters = {
  ...pageParameters,
  node: { type: 'string' },
  ...ownFilters,
} as const satisfies Parameters;
/** `GET /v1/portgroups` */
export const portgroupListParameters = {
  ...portgroupDetailParameters,
  ...selectionParameters,
} as const satisfies Parameters;
/** `GET /v1/nodes/{node}/portgroups` and `…/detail` */
export const nodePortgroupListParameters = {
  ...pageParameters,
  ...ownFilters,
  ...selectionParameters,
} as const satisfies Parameters;
