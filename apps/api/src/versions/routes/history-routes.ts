import { historyFields } from '../history-fields.js';
import { historyParameters } from '../parameters.js';
import type { Route } from '../route.js';

const history = { since: 78, below: 'no-route', policy: 'baremetal:node:history:get', success: 200 } as const;

/** `/v1/nodes/{node}/history` (reference: api.md §2.10). */
export const historyRoutes: readonly Route[] = [
  {
    ...history,
    method: 'GET',
    path: '/v1/nodes/:node/history',
    summary: 'The history of a node.',
    query: historyParameters,
    answer: { list: historyFields, plural: 'history' },
  },
  {
    ...history,
    method: 'GET',
    path: '/v1/nodes/:node/history/:entry',
    summary: 'One entry of a node’s history.',
    answer: { record: historyFields },
  },
];
