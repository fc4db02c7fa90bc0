import type { Route } from '../route.js';

const traits = {
  type: 'object',
  required: ['traits'],
  properties: { traits: { type: 'array', maxItems: 50, items: { type: 'string', maxLength: 255 } } },
} as const;

/**
 * `/v1/nodes/{node}/traits` (reference: api.md §2.7). Below 1.37 the last segment is read as something else, so that
 * each method is refused in a way of its own.
 */
export const traitRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes/:node/traits',
    since: 37,
    below: 'not-acceptable',
    policy: 'baremetal:node:traits:list',
    success: 200,
    summary: 'List the traits of a node.',
    answer: { schema: traits },
  },
  {
    method: 'PUT',
    path: '/v1/nodes/:node/traits',
    since: 37,
    below: 'no-method',
    policy: 'baremetal:node:traits:set',
    success: 204,
    summary: 'Replace all traits of a node.',
    body: { schema: traits },
  },
  {
    method: 'PUT',
    path: '/v1/nodes/:node/traits/:trait',
    since: 37,
    below: 'no-method',
    policy: 'baremetal:node:traits:set',
    success: 204,
    summary: 'Add a trait to a node.',
  },
  {
    method: 'DELETE',
    path: '/v1/nodes/:node/traits',
    since: 37,
    below: 'no-route',
    policy: 'baremetal:node:traits:delete',
    success: 204,
    summary: 'Remove all traits from a node.',
  },
  {
    method: 'DELETE',
    path: '/v1/nodes/:node/traits/:trait',
    since: 37,
    below: 'no-route',
    policy: 'baremetal:node:traits:delete',
    success: 204,
    summary: 'Remove a trait from a node.',
  },
];
