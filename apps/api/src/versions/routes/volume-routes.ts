import type { Route } from '../route.js';
import { linksSchema, objectSchema } from '../schemas.js';

const volumeSchema = objectSchema({ links: linksSchema, connectors: linksSchema, targets: linksSchema });

/** Where connectors and targets are found (reference: api.md §5). */
export const volumeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/volume',
    since: 32,
    below: 'not-found',
    policy: 'baremetal:volume:get',
    success: 200,
    summary: 'Links to volume connectors and targets.',
    answer: { schema: volumeSchema },
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/volume',
    since: 32,
    below: 'not-found',
    policy: 'baremetal:volume:get',
    success: 200,
    summary: 'Links to the volume connectors and targets of a node.',
    answer: { schema: volumeSchema },
  },
];
