import { PortgroupEvent } from '@bessemer/contracts';
import type { PortgroupRow } from './portgroups.repository.js';

/** Fields of Ironic's payload (reference: conductor.md §6) that are the record's as they are. */
const fields = [
  'uuid',
  'revision',
  'node_uuid',
  'address',
  'name',
  'mode',
  'properties',
  'standalone_ports_supported',
  'dynamic_portgroup',
  'physical_network',
  'category',
  'extra',
] as const satisfies readonly (keyof PortgroupRow)[];

/** The public event of a port group as its row is. */
export const portgroupEventOf = (portgroup: PortgroupRow): PortgroupEvent =>
  Object.assign(new PortgroupEvent(), Object.fromEntries(fields.map((name) => [name, portgroup[name]])), {
    created_at: portgroup.created_at.toISOString(),
    updated_at: portgroup.updated_at?.toISOString() ?? null,
  });
