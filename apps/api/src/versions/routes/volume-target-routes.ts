import { showParameters } from '../parameters.js';
import type { Route } from '../route.js';
import { nodeVolumeListParameters, volumeListParameters } from '../volume-parameters.js';
import { volumeTargetFields } from '../volume-target-fields.js';

const served = { since: 32, below: 'no-route' } as const;

/** Volume targets (reference: api.md §5). */
export const volumeTargetRoutes: readonly Route[] = [
  {
    ...served,
    method: 'GET',
    path: '/v1/volume/targets',
    policy: 'baremetal:volume:list_all',
    success: 200,
    summary: 'A page of volume targets.',
    query: volumeListParameters,
    answer: { list: volumeTargetFields, plural: 'targets' },
  },
  {
    ...served,
    method: 'POST',
    path: '/v1/volume/targets',
    policy: 'baremetal:volume:create',
    success: 201,
    summary: 'Creates a volume target of a node.',
    body: { create: volumeTargetFields },
    answer: { record: volumeTargetFields },
  },
  {
    ...served,
    method: 'GET',
    path: '/v1/volume/targets/:target',
    policy: 'baremetal:volume:get',
    success: 200,
    summary: 'One volume target.',
    query: showParameters,
    answer: { record: volumeTargetFields },
  },
  {
    ...served,
    method: 'PATCH',
    path: '/v1/volume/targets/:target',
    policy: 'baremetal:volume:update',
    success: 200,
    summary: 'Changes a volume target while its node is powered off.',
    body: { patch: volumeTargetFields },
    answer: { record: volumeTargetFields },
  },
  {
    ...served,
    method: 'DELETE',
    path: '/v1/volume/targets/:target',
    policy: 'baremetal:volume:delete',
    success: 204,
    summary: 'Deletes a volume target while its node is powered off, or nothing is deployed on it yet.',
  },
  {
    ...served,
    method: 'GET',
    path: '/v1/nodes/:node/volume/targets',
    policy: 'baremetal:volume:list',
    success: 200,
    summary: 'A page of the volume targets of a node.',
    query: nodeVolumeListParameters,
    answer: { list: volumeTargetFields, plural: 'targets' },
  },
];
