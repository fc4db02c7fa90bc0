import { allocationFields } from '../allocation-fields.js';
import { allocationListParameters, showParameters } from '../parameters.js';
import type { Route } from '../route.js';

const since = 52;

/** Allocations (reference: api.md §9). */
export const allocationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/allocations',
    since,
    below: 'no-route',
    policy: 'baremetal:allocation:list',
    success: 200,
    summary: 'A page of allocations.',
    query: allocationListParameters,
    answer: { list: allocationFields, plural: 'allocations' },
  },
  {
    method: 'POST',
    path: '/v1/allocations',
    since,
    below: 'no-method',
    policy: 'baremetal:allocation:create',
    success: 201,
    summary: 'Asks for a node; it is found in the background.',
    body: { create: allocationFields },
    answer: { record: allocationFields },
  },
  {
    method: 'GET',
    path: '/v1/allocations/:allocation',
    since,
    below: 'no-route',
    policy: 'baremetal:allocation:get',
    success: 200,
    summary: 'One allocation.',
    query: showParameters,
    answer: { record: allocationFields },
  },
  {
    method: 'PATCH',
    path: '/v1/allocations/:allocation',
    since: 57,
    below: 'no-method',
    policy: 'baremetal:allocation:update',
    success: 200,
    summary: 'Changes the name or the extra data of an allocation.',
    body: { patch: allocationFields },
    answer: { record: allocationFields },
  },
  {
    method: 'DELETE',
    path: '/v1/allocations/:allocation',
    since,
    below: 'no-method',
    policy: 'baremetal:allocation:delete',
    success: 204,
    summary: 'Gives the node of an allocation back.',
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/allocation',
    since,
    below: 'no-route',
    policy: 'baremetal:allocation:get',
    success: 200,
    summary: 'The allocation of a node.',
    query: showParameters,
    answer: { record: allocationFields },
  },
  {
    method: 'DELETE',
    path: '/v1/nodes/:node/allocation',
    since,
    below: 'no-route',
    policy: 'baremetal:allocation:delete',
    success: 204,
    summary: 'Gives a node back that is allocated.',
  },
];
