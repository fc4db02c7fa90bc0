import { driverFields } from '../driver-fields.js';
import { driverParameters, driverShowParameters } from '../parameters.js';
import type { Route } from '../route.js';
import { textSchema } from '../schemas.js';

const helpTexts = { type: 'object', additionalProperties: textSchema };

/** Hardware types (reference: api.md §7). */
export const driverRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/drivers',
    policy: 'baremetal:driver:get',
    success: 200,
    summary: 'The hardware types that live conductors serve.',
    query: driverParameters,
    answer: { list: driverFields, plural: 'drivers' },
  },
  {
    method: 'GET',
    path: '/v1/drivers/properties',
    policy: 'baremetal:driver:get_properties',
    success: 200,
    summary: 'The properties of the driver that the query names, as old clients ask for them.',
    query: { driver_name: { type: 'string' } },
    answer: { schema: helpTexts },
  },
  {
    method: 'GET',
    path: '/v1/drivers/:driver',
    policy: 'baremetal:driver:get',
    success: 200,
    summary: 'One hardware type.',
    query: driverShowParameters,
    answer: { record: driverFields },
  },
  {
    method: 'GET',
    path: '/v1/drivers/:driver/properties',
    policy: 'baremetal:driver:get_properties',
    success: 200,
    summary: 'The properties that a node of the type may have, and what they mean.',
    answer: { schema: helpTexts },
  },
  {
    method: 'GET',
    path: '/v1/drivers/:driver/raid/logical_disk_properties',
    since: 12,
    below: 'not-acceptable',
    policy: 'baremetal:driver:get_raid_logical_disk_properties',
    success: 200,
    summary: 'The properties of a logical disk, and what they mean.',
    answer: { schema: helpTexts },
  },
];
