import { verbs } from '@bessemer/lifecycle';
import { membersSchema } from '../field-schemas.js';
import { nodeStates } from '../node-states.js';
import { powerMembers } from '../power-members.js';
import type { JsonSchema, Route } from '../route.js';
import { cleanStepMembers, deployStepMembers } from '../step-members.js';
import { type VerbArgument, verbArguments } from '../verb-arguments.js';
import { versionText } from '../version.js';

const states = '/v1/nodes/:node/states';

const argumentTypes: Readonly<Record<string, JsonSchema>> = {
  configdrive: { type: ['string', 'object'], description: 'A URL, a packed ISO image in base64, or its parts.' },
  clean_steps: { type: 'array', items: membersSchema(cleanStepMembers) },
  deploy_steps: { type: 'array', items: membersSchema(deployStepMembers) },
  service_steps: { type: 'array', items: membersSchema(cleanStepMembers) },
  rescue_password: { type: 'string', minLength: 1 },
  disable_ramdisk: { type: 'boolean' },
  runbook: { type: 'string' },
};

const takersOf = ({ verbs: takers, since = {} }: VerbArgument): JsonSchema => ({
  'x-bessemer-verbs': Object.fromEntries(takers.map((verb) => [verb, versionText(since[verb] ?? 1)])),
});

/** The body of `states/provision`; `x-bessemer-verbs` says which verbs take an argument, and since when. */
const provisionSchema: JsonSchema = {
  type: 'object',
  required: ['target'],
  properties: {
    target: { type: 'string', enum: verbs },
    ...Object.fromEntries(
      Object.entries(verbArguments).map(([name, argument]) => [
        name,
        { ...argumentTypes[name], ...takersOf(argument) },
      ]),
    ),
  },
  additionalProperties: false,
};

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
    body: { schema: provisionSchema },
  },
];
