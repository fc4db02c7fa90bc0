import { workflowImportParameters } from '../parameters.js';
import type { Route } from '../route.js';
import { mapSchema, objectSchema } from '../schemas.js';

/** Workflows, and what services fetch from the api: both our own. */
export const workflowRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/workflows/import',
    policy: 'baremetal:node:create',
    success: 202,
    summary: 'Registers the machines of an instackenv.json and takes them as far as the query says.',
    query: workflowImportParameters,
    body: { schema: objectSchema({ nodes: { type: 'array', items: mapSchema } }) },
    answer: { schema: mapSchema },
    own: true,
  },
  {
    method: 'GET',
    path: '/v1/workflows',
    policy: 'baremetal:node:list',
    success: 200,
    summary: 'The newest workflows.',
    answer: { schema: objectSchema({ workflows: { type: 'array', items: mapSchema } }) },
    own: true,
  },
  {
    method: 'GET',
    path: '/v1/workflows/:workflow',
    policy: 'baremetal:node:list',
    success: 200,
    summary: 'How far one workflow is.',
    answer: { schema: mapSchema },
    own: true,
  },
  {
    method: 'GET',
    path: '/v1/internal/config-drives/:uuid',
    policy: 'public',
    success: 200,
    summary: 'A config drive, for a service that shows the bearer token of services.',
    answer: { schema: { type: 'string', format: 'binary' } },
    mediaType: 'application/octet-stream',
    own: true,
  },
];
