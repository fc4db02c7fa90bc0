import type { Route } from '../route.js';

/** `/v1/nodes/{node}/children` (reference: api.md §2.10). */
export const childrenRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes/:node/children',
    since: 83,
    below: 'no-route',
    policy: 'baremetal:node:get',
    success: 200,
    summary: 'List the UUIDs of the nodes that have this one as their parent.',
    answer: {
      schema: {
        type: 'object',
        properties: {
          children: { type: 'array', items: { type: 'string', format: 'uuid' } },
          links: { type: 'object' },
        },
      },
    },
  },
];
