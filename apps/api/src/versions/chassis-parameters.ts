import { nodeDetailParameters, nodeListParameters, type Parameters, pageParameters } from './parameters.js';

/** `GET /v1/chassis` */
export const chassisListParameters = {
  ...pageParameters,
  fields: { type: 'list', since: 8 },
  detail: { type: 'boolean', since: 43, below: 'invalid' },
} as const satisfies Parameters;
/** `GET /v1/chassis/detail` */
export const chassisDetailParameters = pageParameters;

/** The chassis stands in the path, so that the query cannot name another one. */
function inChassis(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== 'chassis_uuid'));
}

/** `GET /v1/chassis/{chassis}/nodes` */
export const chassisNodeListParameters = inChassis(nodeListParameters);
/** `GET /v1/chassis/{chassis}/nodes/detail` */
export const chassisNodeDetailParameters = inChassis(nodeDetailParameters);
