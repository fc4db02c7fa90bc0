import { bootModeMembers, consoleMembers, secureBootMembers } from '../machine-states-members.js';
import type { Route } from '../route.js';

/** What of `/v1/nodes/{node}/states` a call of the driver sets (reference: api.md §2.4). */
export const machineStatesRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes/:node/states/console',
    policy: 'baremetal:node:get_console',
    success: 200,
    summary: 'Show the console of a node.',
    answer: {
      schema: {
        type: 'object',
        properties: { console_enabled: { type: 'boolean' }, console_info: { type: ['object', 'null'] } },
      },
    },
  },
  {
    method: 'PUT',
    path: '/v1/nodes/:node/states/console',
    policy: 'baremetal:node:set_console_state',
    success: 202,
    summary: 'Switch the console of a node on or off.',
    body: { members: consoleMembers },
  },
  {
    method: 'PUT',
    path: '/v1/nodes/:node/states/boot_mode',
    since: 76,
    below: 'not-found',
    policy: 'baremetal:node:set_boot_mode',
    success: 202,
    summary: 'Choose how a machine boots: uefi or bios.',
    body: { members: bootModeMembers },
  },
  {
    method: 'PUT',
    path: '/v1/nodes/:node/states/secure_boot',
    since: 76,
    below: 'not-found',
    policy: 'baremetal:node:set_secure_boot',
    success: 202,
    summary: 'Switch secure boot on or off.',
    body: { members: secureBootMembers },
  },
  {
    method: 'PUT',
    path: '/v1/nodes/:node/states/raid',
    since: 12,
    below: 'not-acceptable',
    policy: 'baremetal:node:set_raid_state',
    success: 204,
    summary: 'Set the RAID that a node is to have.',
    body: { schema: { type: 'object', properties: { logical_disks: { type: 'array', items: { type: 'object' } } } } },
  },
];
