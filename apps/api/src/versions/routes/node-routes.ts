import { nodeFields } from '../node-fields.js';
import {
  nodeDetailParameters,
  nodeIdentParameters,
  nodeListParameters,
  nodePatchParameters,
  nodeValidateParameters,
  showParameters,
} from '../parameters.js';
import type { Route } from '../route.js';
import { objectSchema, optionalTextSchema, textSchema } from '../schemas.js';

const verdictsSchema = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: { result: { type: ['boolean', 'null'] }, reason: optionalTextSchema },
  },
};

/** Records of nodes (reference: api.md §2.1). */
export const nodeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes',
    policy: 'baremetal:node:list',
    success: 200,
    summary: 'A page of nodes.',
    query: nodeListParameters,
    answer: { list: nodeFields, plural: 'nodes' },
  },
  {
    method: 'GET',
    path: '/v1/nodes/detail',
    policy: 'baremetal:node:list',
    success: 200,
    summary: 'A page of nodes with all their fields.',
    query: nodeDetailParameters,
    answer: { list: nodeFields, plural: 'nodes' },
  },
  {
    method: 'POST',
    path: '/v1/nodes',
    policy: 'baremetal:node:create',
    success: 201,
    summary: 'Enrolls a node.',
    body: { create: nodeFields },
    answer: { record: nodeFields },
  },
  {
    method: 'PATCH',
    path: '/v1/nodes',
    policy: 'baremetal:node:update',
    success: 200,
    summary: 'Changes the node that the query names, as old clients ask for it.',
    query: nodeIdentParameters,
    body: { patch: nodeFields },
    answer: { record: nodeFields },
  },
  {
    method: 'DELETE',
    path: '/v1/nodes',
    policy: 'baremetal:node:delete',
    success: 204,
    summary: 'Deletes the node that the query names, as old clients ask for it.',
    query: nodeIdentParameters,
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node',
    policy: 'baremetal:node:get',
    success: 200,
    summary: 'One node.',
    query: showParameters,
    answer: { record: nodeFields },
  },
  {
    method: 'PATCH',
    path: '/v1/nodes/:node',
    policy: 'baremetal:node:update',
    success: 200,
    summary: 'Changes a node.',
    query: nodePatchParameters,
    body: { patch: nodeFields },
    answer: { record: nodeFields },
  },
  {
    method: 'DELETE',
    path: '/v1/nodes/:node',
    policy: 'baremetal:node:delete',
    success: 204,
    summary: 'Deletes a node with all that belongs to it.',
  },
  {
    method: 'GET',
    path: '/v1/nodes/validate',
    policy: 'baremetal:node:validate',
    success: 200,
    summary: 'What each interface of the node that the query names says of its settings.',
    query: nodeValidateParameters,
    answer: { schema: verdictsSchema },
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/validate',
    policy: 'baremetal:node:validate',
    success: 200,
    summary: 'What each interface of a node says of its settings.',
    answer: { schema: verdictsSchema },
  },
  {
    method: 'GET',
    path: '/v1/shards',
    since: 82,
    below: 'no-route',
    policy: 'baremetal:shards:get',
    success: 200,
    summary: 'How many nodes stand in each shard, the largest first.',
    answer: {
      schema: objectSchema({
        shards: { type: 'array', items: objectSchema({ name: textSchema, count: { type: 'integer' } }) },
      }),
    },
  },
];
