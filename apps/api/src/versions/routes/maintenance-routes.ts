import { maintenanceMembers } from '../maintenance-members.js';
import type { Route } from '../route.js';

/** `/v1/nodes/{node}/maintenance` (reference: api.md §2.3). */
export const maintenanceRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: '/v1/nodes/:node/maintenance',
    policy: 'baremetal:node:set_maintenance',
    success: 202,
    summary: 'Set a node into maintenance.',
    body: { members: maintenanceMembers, optional: true },
  },
  {
    method: 'DELETE',
    path: '/v1/nodes/:node/maintenance',
    policy: 'baremetal:node:clear_maintenance',
    success: 202,
    summary: 'Take a node out of maintenance.',
  },
];
