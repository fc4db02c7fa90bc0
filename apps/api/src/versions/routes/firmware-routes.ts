import { firmwareFields, firmwareParameters } from '../firmware-fields.js';
import type { Route } from '../route.js';

/** `/v1/nodes/{node}/firmware` (reference: api.md §2.10). */
export const firmwareRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes/:node/firmware',
    since: 86,
    below: 'no-route',
    policy: 'baremetal:node:firmware:get',
    success: 200,
    summary: 'List the firmware components of a node.',
    query: firmwareParameters,
    answer: { list: firmwareFields, plural: 'firmware' },
  },
];
