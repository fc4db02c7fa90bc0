import type { Route } from '../route.js';

/** `/v1/nodes/{node}/inventory` (reference: api.md §2.10). */
export const inventoryRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes/:node/inventory',
    since: 81,
    below: 'no-route',
    policy: 'baremetal:node:inventory:get',
    success: 200,
    summary: 'Show what the last inspection of a node has found.',
    answer: {
      schema: { type: 'object', properties: { inventory: { type: 'object' }, plugin_data: { type: 'object' } } },
    },
  },
];
