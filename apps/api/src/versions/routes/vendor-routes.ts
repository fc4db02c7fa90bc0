import type { Method, Route } from '../route.js';
import { mapSchema } from '../schemas.js';

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A method of a vendor may be called by each HTTP method, its name in the query or in the path. */
const callsBelow = (path: string, noun: string): Route[] =>
  methods.flatMap((method): Route[] => {
    const common = { method, policy: `baremetal:${noun}:vendor_passthru`, success: 200, answer: { schema: {} } };
    const body = method === 'GET' ? {} : { body: { schema: mapSchema, optional: true } };
    return [
      {
        ...common,
        ...body,
        path,
        query: { method: { type: 'string' } },
        summary: `Calls the method of the vendor that the query names by ${method}; 202 when it goes on by itself.`,
      },
      {
        ...common,
        ...body,
        path: `${path}/:method`,
        summary: `Calls a method of the vendor by ${method}; 202 when it goes on by itself.`,
      },
    ];
  });

const node = '/v1/nodes/:node/vendor_passthru';
const driver = '/v1/drivers/:driver/vendor_passthru';

/** Methods of vendors (reference: api.md §2.6, §7). */
export const vendorRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${node}/methods`,
    policy: 'baremetal:node:vendor_passthru',
    success: 200,
    summary: 'The methods of a node’s vendor interface.',
    answer: { schema: mapSchema },
  },
  {
    method: 'GET',
    path: `${driver}/methods`,
    policy: 'baremetal:driver:vendor_passthru',
    success: 200,
    summary: 'The methods of a driver’s vendor interface.',
    answer: { schema: mapSchema },
  },
  ...callsBelow(node, 'node'),
  ...callsBelow(driver, 'driver'),
];
