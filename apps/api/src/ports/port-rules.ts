import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { mayChangePortAddress, mayChangePortConnection, mayUpdatePort } from '@bessemer/lifecycle';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import { shorten } from '../records/values.js';

const switchId = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$|^(0x)?[0-9a-f]{1,16}$|^([0-9a-f]{2}:){7}[0-9a-f]{2}$/i;
const vtepKeys = ['vtep-logical-switch', 'vtep-physical-switch', 'port_id'];
const vtepSince = 90;
const vtepUntil = 104;
const networkTypeSince = 64;
const known = ['switch_id', 'port_id', 'switch_info', 'hostname', 'network_type'];

const wrongLink = (reason: string): BessemerError =>
  new BessemerError('invalid', `Schema error for local_link_connection: ${reason}`, { field: 'local_link_connection' });

function requireKeys(link: Readonly<Record<string, unknown>>, minor: number): void {
  const keys = Object.keys(link);
  const isVtep = keys.some((key) => key.startsWith('vtep-'));
  const allowed = isVtep && minor >= vtepSince && minor <= vtepUntil ? vtepKeys : known;
  for (const key of keys) {
    if (!allowed.includes(key))
      throw wrongLink(`Additional properties are not allowed ('${shorten(key)}' was unexpected)`);
    if (key === 'network_type' && minor < networkTypeSince)
      throw new BessemerError('not-acceptable', 'network_type in local_link_connection came with 1.64.', {
        field: 'local_link_connection',
      });
    if (typeof link[key] !== 'string') throw wrongLink(`${key} is not a string`);
  }
}

/** Throws `invalid` for a link that no switch could have (reference: api.md §3). */
export function requireLink(link: unknown, isSmartNic: boolean, minor: number): void {
  if (!isJsonObject(link) || Object.keys(link).length === 0) {
    if (isSmartNic) throw wrongLink('a smart NIC needs port_id and hostname');
    return;
  }
  requireKeys(link, minor);
  const type = link['network_type'];
  if (type !== undefined && type !== 'managed' && type !== 'unmanaged')
    throw wrongLink("network_type is neither 'managed' nor 'unmanaged'");
  if (type === 'unmanaged' || Object.keys(link).some((key) => key.startsWith('vtep-'))) return;
  const needed = isSmartNic ? ['port_id', 'hostname'] : ['switch_id', 'port_id'];
  const isHostLink = link['hostname'] !== undefined && link['port_id'] !== undefined;
  if (!isHostLink)
    for (const key of needed) if (link[key] === undefined) throw wrongLink(`'${key}' is a required property`);
  if (typeof link['switch_id'] === 'string' && !switchId.test(link['switch_id']))
    throw new BessemerError(
      'invalid',
      `Expected a MAC address or OpenFlow datapath ID but received ${shorten(link['switch_id'])}.`,
      { field: 'local_link_connection' },
    );
}

const connection = ['portgroup_uuid', 'pxe_enabled', 'local_link_connection', 'physical_network'];

/** Throws `conflict` for a change of a port that its node's state forbids (reference: api.md §3). */
export function requirePortChange(node: NodeRow, changed: ReadonlySet<string>, minor: number): void {
  const state = stateOf(node);
  const refuse = (field: string): BessemerError =>
    new BessemerError(
      'conflict',
      `The port's ${field} cannot be changed while node ${node.uuid} is in state "${state}".`,
      {
        field,
      },
    );
  if (!mayUpdatePort(state, { version: minor })) throw refuse('fields');
  const associated = node.instance_uuid !== null;
  if (changed.has('address') && !mayChangePortAddress(state, { maintenance: node.maintenance, associated }))
    throw refuse('address');
  const moved = connection.find((field) => changed.has(field));
  if (moved !== undefined && !mayChangePortConnection(state, node)) throw refuse(moved);
}
