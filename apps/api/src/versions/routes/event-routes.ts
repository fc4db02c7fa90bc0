import { eventStreamParameters } from '../parameters.js';
import type { Route } from '../route.js';
import { objectSchema, textSchema } from '../schemas.js';

/** Events of the network service (reference: api.md §14), and our own stream of events. */
export const eventRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/events',
    since: 54,
    below: 'not-found',
    isLate: true,
    policy: 'baremetal:events:post',
    success: 204,
    summary: 'Events of the network service: checked and acknowledged.',
    body: {
      schema: objectSchema({
        events: {
          type: 'array',
          minItems: 1,
          items: { type: 'object', required: ['event'], properties: { event: textSchema } },
        },
      }),
    },
  },
  {
    method: 'GET',
    path: '/v1/events/stream',
    policy: 'baremetal:node:list',
    success: 200,
    summary: 'Everything that happens to nodes and workflows, as server-sent events.',
    query: eventStreamParameters,
    answer: { schema: textSchema },
    mediaType: 'text/event-stream',
    own: true,
  },
];
