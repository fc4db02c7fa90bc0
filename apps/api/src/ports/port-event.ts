import { PortEvent } from '@bessemer/contracts';
import type { PortRow } from './ports.repository.js';

/** Fields of Ironic's payload (reference: conductor.md §6) that are the record's as they are. */
const fields = [
  'uuid',
  'revision',
  'node_uuid',
  'portgroup_uuid',
  'address',
  'extra',
  'local_link_connection',
  'pxe_enabled',
  'physical_network',
  'is_smartnic',
  'name',
  'description',
  'vendor',
  'category',
  'available_for_dynamic_portgroup',
] as const satisfies readonly (keyof PortRow)[];

/** The public event of a port as its row is. */
export const portEventOf = (port: PortRow): PortEvent =>
  Object.assign(new PortEvent(), Object.fromEntries(fields.map((name) => [name, port[name]])), {
    created_at: port.created_at.toISOString(),
    updated_at: port.updated_at?.toISOString() ?? null,
  });
