import { verbs } from '@bessemer/lifecycle';
import { nodeStates } from '../node-states.js';
import { powerMembers } from '../power-members.js';
import type { Route } from '../route.js';
import { stepSchema, textSchema } from '../schemas.js';

const states = '/v1/nodes/:node/states';
const stepsSchema = { type: 'array', items: stepSchema };

/** States of a node, and the requests that change them (reference: api.md §2.4). */
export const nodeStateRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: states,
    policy: 'baremetal:node:get_states',
    success: 200,
    summary: 'The states of a node.',
    answer: { record: nodeStates },
  },
  {
    method: 'PUT',
    path: `${states}/power`,
    policy: 'baremetal:node:set_power_state',
    success: 202,
    summary: 'Asks for a power change.',
    body: { members: powerMembers },
  },
  {
    method: 'PUT',
    path: `${states}/provision`,
    policy: 'baremetal:node:set_provision_state',
    success: 202,
    summary: 'Asks for a change of the provision state.',
    body: {
      schema: {
        type: 'object',
        required: ['target'],
        properties: {
          target: { type: 'string', enum: verbs },
          configdrive: { type: ['string', 'object', 'null'] },
          clean_steps: stepsSchema,
          deploy_steps: stepsSchema,
          service_steps: stepsSchema,
          rescue_password: textSchema,
          disable_ramdisk: { type: 'boolean' },
          runbook: textSchema,
        },
      },
    },
  },
];
