import { findParameters } from '../own-parameters.js';
import type { JsonSchema, Route } from '../route.js';
import { linksSchema, objectSchema, optionalTextSchema, textSchema } from '../schemas.js';

const optionalTime: JsonSchema = { type: ['string', 'null'], format: 'date-time' };

const situationSchema = objectSchema({
  situation: textSchema,
  reason: textSchema,
  since: optionalTime,
  deadline: optionalTime,
  remedy: textSchema,
});

/** What Bessemer serves beside the contract about nodes. */
export const ownRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/find',
    policy: 'baremetal:node:list',
    success: 200,
    summary:
      'The nodes that an identifier names: UUID, name, instance UUID, MAC of a port, BMC address or serial number.',
    query: findParameters,
    answer: {
      schema: objectSchema({
        nodes: {
          type: 'array',
          items: objectSchema({
            uuid: textSchema,
            name: optionalTextSchema,
            provision_state: textSchema,
            matches: {
              type: 'array',
              items: objectSchema({
                by: { type: 'string', enum: ['uuid', 'name', 'instance_uuid', 'mac', 'bmc_address', 'serial_number'] },
                value: textSchema,
              }),
            },
            links: linksSchema,
          }),
        },
      }),
    },
    own: true,
  },
  {
    method: 'GET',
    path: '/v1/nodes/:node/explain',
    policy: 'baremetal:node:get',
    success: 200,
    summary:
      'What a node does or waits for, since when, until when, and what can be done. The node may be named by any identifier that /v1/find takes.',
    answer: {
      schema: {
        type: 'object',
        properties: {
          situation: textSchema,
          reason: textSchema,
          since: optionalTime,
          deadline: optionalTime,
          remedy: textSchema,
          also: { type: 'array', items: situationSchema },
          verbs: { type: 'array', items: textSchema },
        },
      },
    },
    own: true,
  },
];
