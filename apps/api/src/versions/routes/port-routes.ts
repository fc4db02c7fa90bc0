import { showParameters } from '../parameters.js';
import { portFields } from '../port-fields.js';
import { nodePortListParameters, portDetailParameters, portListParameters } from '../port-parameters.js';
import type { Route } from '../route.js';

/** Ports (reference: api.md §3). */
export const portRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/ports',
    policy: 'baremetal:port:list',
    success: 200,
    summary: 'A page of ports.',
    query: portListParameters,
    answer: { list: portFields, plural: 'ports' },
  },
  {
    method: 'GET',
    path: '/v1/ports/detail',
    policy: 'baremetal:port:list',
    success: 200,
    summary: 'A page of ports with all their fields.',
    query: portDetailParameters,
    answer: { list: portFields, plural: 'ports' },
  },
  {
    method: 'POST',
    path: '/v1/ports',
    policy: 'baremetal:port:create',
    success: 201,
    summary: 'Creates a port of a node.',
    body: { create: portFields },
    answer: { record: portFields },
  },
  {
    method: 'GET',
    path: '/v1/ports/:port',
    policy: 'baremetal:port:get',
    success: 200,
    summary: 'One port.',
    query: showParameters,
    answer: { record: portFields },
  },
  {
    method: 'PATCH',
    path: '/v1/ports/:port',
    policy: 'baremetal:port:update',
    success: 200,
    summary: 'Changes a port.',
    body: { patch: portFields },
    answer: { record: portFields },
  },
  {
    method: 'DELETE',
    path: '/v1/ports/:port',
    policy: 'baremetal:port:delete',
    success: 204,
    summary: 'Deletes a port.',
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/ports',
    policy: 'baremetal:port:list',
    success: 200,
    summary: 'A page of the ports of a node.',
    query: nodePortListParameters,
    answer: { list: portFields, plural: 'ports' },
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/ports/detail',
    policy: 'baremetal:port:list',
    success: 200,
    summary: 'A page of the ports of a node with all their fields.',
    query: nodePortListParameters,
    answer: { list: portFields, plural: 'ports' },
  },
];
