import { chassisFields } from '../chassis-fields.js';
import {
  chassisDetailParameters,
  chassisListParameters,
  chassisNodeDetailParameters,
  chassisNodeListParameters,
} from '../chassis-parameters.js';
import { nodeFields } from '../node-fields.js';
import { showParameters } from '../parameters.js';
import type { Route } from '../route.js';

/** Chassis (reference: api.md §6). */
export const chassisRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/chassis',
    policy: 'baremetal:chassis:get',
    success: 200,
    summary: 'A page of chassis.',
    query: chassisListParameters,
    answer: { list: chassisFields, plural: 'chassis' },
  },
  {
    method: 'GET',
    path: '/v1/chassis/detail',
    policy: 'baremetal:chassis:get',
    success: 200,
    summary: 'A page of chassis with all their fields.',
    query: chassisDetailParameters,
    answer: { list: chassisFields, plural: 'chassis' },
  },
  {
    method: 'POST',
    path: '/v1/chassis',
    policy: 'baremetal:chassis:create',
    success: 201,
    summary: 'Creates a chassis.',
    body: { create: chassisFields },
    answer: { record: chassisFields },
  },
  {
    method: 'GET',
    path: '/v1/chassis/:chassis',
    policy: 'baremetal:chassis:get',
    success: 200,
    summary: 'One chassis.',
    query: showParameters,
    answer: { record: chassisFields },
  },
  {
    method: 'PATCH',
    path: '/v1/chassis/:chassis',
    policy: 'baremetal:chassis:update',
    success: 200,
    summary: 'Changes a chassis.',
    body: { patch: chassisFields },
    answer: { record: chassisFields },
  },
  {
    method: 'DELETE',
    path: '/v1/chassis/:chassis',
    policy: 'baremetal:chassis:delete',
    success: 204,
    summary: 'Deletes a chassis in which there are no nodes.',
  },
  {
    method: 'GET',
    path: '/v1/chassis/:chassis/nodes',
    policy: 'baremetal:node:list',
    success: 200,
    summary: 'A page of the nodes in a chassis.',
    query: chassisNodeListParameters,
    answer: { list: nodeFields, plural: 'nodes' },
  },
  {
    method: 'GET',
    path: '/v1/chassis/:chassis/nodes/detail',
    policy: 'baremetal:node:list',
    success: 200,
    summary: 'A page of the nodes in a chassis with all their fields.',
    query: chassisNodeDetailParameters,
    answer: { list: nodeFields, plural: 'nodes' },
  },
];
