import { BessemerError } from '@bessemer/errors';
import { mayChangePortConnection, mayUpdatePort } from '@bessemer/lifecycle';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import { vifOf } from '../ports/port-rules.js';
import type { PortRow } from '../ports/ports.repository.js';
import type { RecordValues } from '../records/record-body.js';
import type { PortgroupRow } from './portgroups.repository.js';

const refused = (code: 'invalid' | 'conflict', message: string, field: string, remedy?: string): BessemerError =>
  new BessemerError(code, message, { field, ...(remedy === undefined ? {} : { remedy }) });

function requireState(node: NodeRow, changes: RecordValues, ports: readonly PortRow[], minor: number): void {
  const state = stateOf(node);
  if (!mayUpdatePort(state, { version: minor }))
    throw refused('conflict', `No port group of node ${node.uuid} can be changed in state "${state}".`, 'portgroup');
  if (mayChangePortConnection(state, node)) return;
  const remedy = 'It can be in enroll, inspecting, inspect wait and manageable, and in maintenance mode.';
  if (changes['node_uuid'] !== undefined)
    throw refused(
      'conflict',
      `A port group cannot change its node while node ${node.uuid} is in state "${state}".`,
      'node_uuid',
      remedy,
    );
  if (changes['physical_network'] !== undefined && ports.length > 0)
    throw refused(
      'conflict',
      `The physical network of ports cannot be changed while node ${node.uuid} is in state "${state}".`,
      'physical_network',
      remedy,
    );
}

function requireStandalone(portgroup: PortgroupRow, ports: readonly PortRow[]): void {
  const alone = ports.find((port) => port.pxe_enabled || vifOf(port) !== undefined);
  if (alone !== undefined)
    throw refused(
      'conflict',
      `Port group ${portgroup.uuid} needs standalone_ports_supported: port ${alone.uuid} boots by PXE or carries a VIF.`,
      'standalone_ports_supported',
    );
}

/**
 * Rules for a change of a port group (reference: api.md §4).
 *
 * @param nodes the node that has it, and the one to which it moves
 * @param changes the fields whose values differ, null where a value is removed
 * @param ports the ports that belong to it
 * @param minor the API version of the request
 * @throws `conflict` where the state of a node or a port forbids it; `invalid` for a group that has ports and shall move,
 *   and for the removal of the mode
 */
export function requirePortgroupChange(
  portgroup: PortgroupRow,
  nodes: readonly NodeRow[],
  changes: RecordValues,
  ports: readonly PortRow[],
  minor: number,
): void {
  for (const node of nodes) requireState(node, changes, ports, minor);
  if (changes['mode'] === null)
    throw refused('invalid', "'mode' is a mandatory attribute and can not be removed", 'mode');
  if (changes['node_uuid'] !== undefined && ports.length > 0)
    throw refused('invalid', `Port group ${portgroup.uuid} has ports and cannot move to another node.`, 'node_uuid');
  if (changes['standalone_ports_supported'] === false) requireStandalone(portgroup, ports);
}

/** Throws `invalid` for a port group that has ports. */
export function requirePortgroupDeletable(portgroup: PortgroupRow, ports: readonly PortRow[]): void {
  if (ports.length > 0)
    throw refused(
      'invalid',
      `Port group ${portgroup.uuid} has ports and cannot be deleted.`,
      'portgroup',
      'Delete its ports, or take them out of it, first.',
    );
}
