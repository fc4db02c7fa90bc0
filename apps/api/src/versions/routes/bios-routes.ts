import { biosFields } from '../history-fields.js';
import { biosParameters } from '../parameters.js';
import type { Route } from '../route.js';

/** `/v1/nodes/{node}/bios` (reference: api.md §2.10). */
export const biosRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes/:node/bios',
    since: 40,
    below: 'no-route',
    policy: 'baremetal:node:bios:get',
    success: 200,
    summary: 'List the BIOS settings of a node.',
    query: biosParameters,
    answer: { list: biosFields, plural: 'bios' },
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/bios/:setting',
    since: 40,
    below: 'no-route',
    policy: 'baremetal:node:bios:get',
    success: 200,
    summary: 'Show one BIOS setting of a node, under its name.',
    answer: { schema: { type: 'object', additionalProperties: { type: 'object' } } },
  },
];
