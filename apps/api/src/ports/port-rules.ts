import { BessemerError } from '@bessemer/errors';
import { mayChangePortAddress, mayChangePortConnection, mayUpdatePort } from '@bessemer/lifecycle';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import type { PortRow } from './ports.repository.js';

const connection = ['portgroup_uuid', 'pxe_enabled', 'local_link_connection', 'physical_network'];
const vifKeys = [
  'tenant_vif_port_id',
  'cleaning_vif_port_id',
  'provisioning_vif_port_id',
  'rescuing_vif_port_id',
  'inspection_vif_port_id',
];

/** The virtual network interface that a port or port group carries, or undefined. */
export function vifOf({ internal_info: info }: Pick<PortRow, 'internal_info'>): string | undefined {
  const vif = vifKeys.map((key) => info[key]).find((value) => typeof value === 'string' && value !== '');
  return vif === undefined ? undefined : String(vif);
}

/**
 * Throws `conflict` for a change of a port that its node's state forbids (reference: api.md §3).
 *
 * @param changed the fields whose values differ
 * @param minor the API version of the request
 */
export function requirePortChange(node: NodeRow, changed: ReadonlySet<string>, minor: number): void {
  const state = stateOf(node);
  const refuse = (field: string, remedy?: string): BessemerError =>
    new BessemerError(
      'conflict',
      `The port's ${field} cannot be changed while node ${node.uuid} is in state "${state}".`,
      { field, ...(remedy === undefined ? {} : { remedy }) },
    );
  if (!mayUpdatePort(state, { version: minor })) throw refuse('fields');
  const associated = node.instance_uuid !== null;
  if (changed.has('address') && !mayChangePortAddress(state, { maintenance: node.maintenance, associated }))
    throw refuse('address', 'Set the node into maintenance mode first.');
  const moved = connection.find((field) => changed.has(field));
  if (moved !== undefined && !mayChangePortConnection(state, node))
    throw refuse(moved, 'It can be in enroll, inspecting, inspect wait and manageable, and in maintenance mode.');
}

/** Throws `conflict` for a port that carries a virtual network interface, unless its node is in maintenance. */
export function requirePortDeletable(node: NodeRow, port: PortRow): void {
  const vif = vifOf(port);
  if (vif === undefined || node.maintenance) return;
  throw new BessemerError(
    'conflict',
    `Port ${port.uuid} of node ${node.uuid} carries VIF ${vif} and cannot be deleted.`,
    {
      field: 'port',
      remedy: 'Detach the VIF first, or set the node into maintenance mode.',
    },
  );
}
