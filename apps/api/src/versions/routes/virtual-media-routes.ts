import type { Route } from '../route.js';
import { attachMembers, detachParameters } from '../virtual-media-fields.js';

/** `/v1/nodes/{node}/vmedia` (reference: api.md §2.9). */
export const virtualMediaRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes/:node/vmedia',
    since: 93,
    below: 'no-route',
    policy: 'baremetal:node:vmedia:get',
    success: 200,
    summary: 'List the virtual media devices of a machine.',
    answer: {
      schema: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            media_types: { type: 'array', items: { type: 'string' } },
            inserted: { type: 'boolean' },
            image: { type: ['string', 'null'] },
          },
        },
      },
    },
  },
  {
    method: 'POST',
    path: '/v1/nodes/:node/vmedia',
    since: 89,
    below: 'no-route',
    policy: 'baremetal:node:vmedia:attach',
    success: 204,
    summary: 'Insert an image into a virtual media device of a machine.',
    body: { members: attachMembers },
  },
  {
    method: 'DELETE',
    path: '/v1/nodes/:node/vmedia',
    since: 89,
    below: 'no-route',
    policy: 'baremetal:node:vmedia:detach',
    success: 204,
    summary: 'Eject the virtual media of a machine, all or those of some types.',
    query: detachParameters,
  },
];
