import type { Route } from '../route.js';
import { linksSchema, mapSchema, objectSchema, optionalTextSchema, textSchema } from '../schemas.js';

const versionSchema = objectSchema({
  id: textSchema,
  links: linksSchema,
  status: textSchema,
  min_version: textSchema,
  version: textSchema,
});

/** The root, version and OpenAPI documents, and whether the service is well. */
export const rootRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/',
    policy: 'public',
    success: 200,
    summary: 'Which versions of the API there are.',
    answer: {
      schema: objectSchema({
        name: textSchema,
        description: textSchema,
        default_version: versionSchema,
        versions: { type: 'array', items: versionSchema },
      }),
    },
  },
  {
    method: 'GET',
    path: '/v1',
    policy: 'public',
    success: 200,
    summary: 'Which resources the requested version has.',
    answer: {
      schema: {
        type: 'object',
        required: ['id', 'links', 'media_types', 'version'],
        properties: { id: textSchema, links: linksSchema, media_types: mapSchema, version: versionSchema },
        additionalProperties: linksSchema,
      },
    },
  },
  {
    method: 'GET',
    path: '/v1/openapi.json',
    policy: 'public',
    success: 200,
    summary: 'This document.',
    answer: { schema: mapSchema },
    own: true,
  },
  {
    method: 'GET',
    path: '/healthcheck',
    policy: 'public',
    success: 200,
    summary: 'Whether the service is well; not there unless it is switched on.',
    answer: { schema: { type: 'object', properties: { status: textSchema, reason: optionalTextSchema } } },
  },
];
