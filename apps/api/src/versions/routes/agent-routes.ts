import { heartbeatMembers } from '../heartbeat-members.js';
import { continueInspectionParameters, lookupParameters } from '../parameters.js';
import type { Route } from '../route.js';
import { mapSchema, objectSchema, textSchema } from '../schemas.js';

const foundSchema = objectSchema({ node: mapSchema, config: mapSchema });

/** What ramdisks ask and tell (reference: api.md §15). */
export const agentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/lookup',
    since: 22,
    below: 'not-found',
    policy: 'public',
    success: 200,
    summary: 'Which node a machine is, and how its agent is to work.',
    query: lookupParameters,
    answer: { schema: foundSchema },
  },
  {
    method: 'POST',
    path: '/v1/heartbeat/:node',
    since: 22,
    below: 'not-found',
    policy: 'public',
    success: 202,
    summary: 'An agent says that it is there.',
    body: { members: heartbeatMembers },
  },
  {
    method: 'POST',
    path: '/v1/continue_inspection',
    since: 84,
    also: [1],
    below: 'no-route',
    policy: 'public',
    success: 202,
    summary: 'What a ramdisk found out; agents post it without a version, which is 1.1.',
    query: continueInspectionParameters,
    body: { schema: mapSchema },
    answer: { schema: { anyOf: [foundSchema, objectSchema({ node: mapSchema }), objectSchema({ uuid: textSchema })] } },
  },
];
