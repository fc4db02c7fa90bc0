import { bootDeviceMembers, indicatorMembers } from '../management-members.js';
import type { Route } from '../route.js';

const device = {
  type: 'object',
  required: ['boot_device'],
  properties: { boot_device: { type: ['string', 'null'] }, persistent: { type: ['boolean', 'null'] } },
} as const;

const state = { type: 'object', required: ['state'], properties: { state: { type: 'string' } } } as const;

/** `/v1/nodes/{node}/management` (reference: api.md §2.5). */
export const managementRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes/:node/management',
    policy: 'baremetal:node:get',
    success: 405,
    summary: 'Nothing to be shown; what is below has routes of its own.',
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/management/boot_device',
    policy: 'baremetal:node:get_boot_device',
    success: 200,
    summary: 'Show what a machine boots from.',
    answer: { schema: device },
  },
  {
    method: 'PUT',
    path: '/v1/nodes/:node/management/boot_device',
    policy: 'baremetal:node:set_boot_device',
    success: 204,
    summary: 'Choose what a machine boots from, once or for good.',
    query: { boot_device: { type: 'string' }, persistent: { type: 'boolean' } },
    body: { members: bootDeviceMembers, optional: true },
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/management/boot_device/supported',
    policy: 'baremetal:node:get_boot_device',
    success: 200,
    summary: 'List what a machine can boot from.',
    answer: {
      schema: {
        type: 'object',
        properties: { supported_boot_devices: { type: 'array', items: { type: 'string' } } },
      },
    },
  },
  {
    method: 'PUT',
    path: '/v1/nodes/:node/management/inject_nmi',
    since: 29,
    below: 'not-found',
    policy: 'baremetal:node:inject_nmi',
    success: 204,
    summary: 'Send a machine a non-maskable interrupt.',
    body: { schema: { type: 'object' }, optional: true },
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/management/indicators',
    policy: 'baremetal:node:get_indicator_state',
    success: 200,
    summary: 'List the indicators of a machine.',
    answer: { schema: { type: 'object', properties: { indicators: { type: 'array', items: { type: 'object' } } } } },
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/management/indicators/:indicator',
    policy: 'baremetal:node:get_indicator_state',
    success: 200,
    summary: 'Show the state of an indicator.',
    answer: { schema: state },
  },
  {
    method: 'PUT',
    path: '/v1/nodes/:node/management/indicators/:indicator',
    policy: 'baremetal:node:set_indicator_state',
    success: 204,
    summary: 'Set the state of an indicator.',
    body: { members: indicatorMembers },
  },
];
