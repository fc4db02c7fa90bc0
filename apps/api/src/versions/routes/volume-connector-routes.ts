import { showParameters } from '../parameters.js';
import type { Route } from '../route.js';
import { volumeConnectorFields } from '../volume-connector-fields.js';
import { nodeVolumeListParameters, volumeListParameters } from '../volume-parameters.js';

const served = { since: 32, below: 'no-route' } as const;

/** Volume connectors (reference: api.md §5). */
export const volumeConnectorRoutes: readonly Route[] = [
  {
    ...served,
    method: 'GET',
    path: '/v1/volume/connectors',
    policy: 'baremetal:volume:list_all',
    success: 200,
    summary: 'A page of volume connectors.',
    query: volumeListParameters,
    answer: { list: volumeConnectorFields, plural: 'connectors' },
  },
  {
    ...served,
    method: 'POST',
    path: '/v1/volume/connectors',
    policy: 'baremetal:volume:create',
    success: 201,
    summary: 'Creates a volume connector of a node.',
    body: { create: volumeConnectorFields },
    answer: { record: volumeConnectorFields },
  },
  {
    ...served,
    method: 'GET',
    path: '/v1/volume/connectors/:connector',
    policy: 'baremetal:volume:get',
    success: 200,
    summary: 'One volume connector.',
    query: showParameters,
    answer: { record: volumeConnectorFields },
  },
  {
    ...served,
    method: 'PATCH',
    path: '/v1/volume/connectors/:connector',
    policy: 'baremetal:volume:update',
    success: 200,
    summary: 'Changes a volume connector while its node is powered off.',
    body: { patch: volumeConnectorFields },
    answer: { record: volumeConnectorFields },
  },
  {
    ...served,
    method: 'DELETE',
    path: '/v1/volume/connectors/:connector',
    policy: 'baremetal:volume:delete',
    success: 204,
    summary: 'Deletes a volume connector while its node is powered off, or nothing is deployed on it yet.',
  },
  {
    ...served,
    method: 'GET',
    path: '/v1/nodes/:node/volume/connectors',
    policy: 'baremetal:volume:list',
    success: 200,
    summary: 'A page of the volume connectors of a node.',
    query: nodeVolumeListParameters,
    answer: { list: volumeConnectorFields, plural: 'connectors' },
  },
];
