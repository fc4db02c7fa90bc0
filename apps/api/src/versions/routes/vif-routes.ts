import type { Route } from '../route.js';
import { vifMembers } from '../vif-members.js';

const vif = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } as const;

/** `/v1/nodes/{node}/vifs` (reference: api.md §2.8). */
export const vifRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/nodes/:node/vifs',
    since: 28,
    below: 'no-route',
    policy: 'baremetal:node:vif:list',
    success: 200,
    summary: 'List the VIFs that are attached to a node.',
    answer: { schema: { type: 'object', properties: { vifs: { type: 'array', items: vif } } } },
  },
  {
    method: 'POST',
    path: '/v1/nodes/:node/vifs',
    since: 28,
    below: 'no-route',
    policy: 'baremetal:node:vif:attach',
    success: 204,
    summary: 'Attach a VIF to a port or a port group of a node.',
    body: { members: vifMembers, isOpen: true },
  },
  {
    method: 'DELETE',
    path: '/v1/nodes/:node/vifs/:vif',
    since: 28,
    below: 'no-route',
    policy: 'baremetal:node:vif:detach',
    success: 204,
    summary: 'Detach a VIF from a node.',
  },
];
