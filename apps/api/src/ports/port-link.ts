import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { shorten } from '../records/values.js';
import { type BehaviourName, behaves } from '../versions/behaviours.js';

const switchId = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$|^(0x)?[0-9a-f]{1,16}$|^([0-9a-f]{2}:){7}[0-9a-f]{2}$/i;
const known = ['switch_id', 'port_id', 'switch_info', 'hostname', 'network_type'];
const vtepKeys = ['vtep-logical-switch', 'vtep-physical-switch'];
const smartNicKeys = ['port_id', 'hostname'];
const switchKeys = ['switch_id', 'port_id'];

/** Keys that not every API version has. */
const versioned: Readonly<Record<string, BehaviourName>> = {
  network_type: 'link-network-type',
  'vtep-logical-switch': 'link-vtep',
  'vtep-physical-switch': 'link-vtep',
};

type Link = Readonly<Record<string, unknown>>;

const wrongLink = (reason: string): BessemerError =>
  new BessemerError('invalid', `Schema error for local_link_connection: ${reason}`, { field: 'local_link_connection' });

const lacking = (link: Link, keys: readonly string[]): string | undefined =>
  keys.find((key) => link[key] === undefined);

function requireKeys(link: Link, allowed: readonly string[], minor: number): void {
  for (const [key, value] of Object.entries(link)) {
    if (!allowed.includes(key))
      throw wrongLink(`Additional properties are not allowed ('${shorten(key)}' was unexpected)`);
    const behaviour = versioned[key];
    if (behaviour !== undefined && !behaves(behaviour, minor))
      throw new BessemerError('not-acceptable', `The API version has no ${key} in local_link_connection.`, {
        field: 'local_link_connection',
      });
    if (typeof value !== 'string') throw wrongLink(`${key} is not a string`);
  }
}

function requireNeeded(link: Link, needed: readonly string[]): void {
  const missing = lacking(link, needed);
  if (missing !== undefined) throw wrongLink(`'${missing}' is a required property`);
}

/**
 * Checks the link from a port to its switch. An empty one is none.
 *
 * @throws `invalid` for a link that no switch could have, `not-acceptable` for keys that the API version lacks
 *   (reference: api.md §3)
 */
export function requireLink(link: unknown, minor: number): void {
  if (!isJsonObject(link) || Object.keys(link).length === 0) return;
  const isVtep = vtepKeys.some((key) => link[key] !== undefined);
  requireKeys(link, isVtep ? [...vtepKeys, 'port_id'] : known, minor);
  if (isVtep) {
    requireNeeded(link, [...vtepKeys, 'port_id']);
    return;
  }
  const { network_type: type, switch_id: id } = link;
  if (type !== undefined && type !== 'managed' && type !== 'unmanaged')
    throw wrongLink("network_type is neither 'managed' nor 'unmanaged'");
  if (type !== 'unmanaged' && lacking(link, smartNicKeys) !== undefined) requireNeeded(link, switchKeys);
  if (typeof id === 'string' && !switchId.test(id))
    throw new BessemerError('invalid', `Expected a MAC address or OpenFlow datapath ID but received ${shorten(id)}.`, {
      field: 'local_link_connection',
    });
}

/** Throws `invalid` for a smart NIC whose link does not say where its host and its port are. */
export function requireSmartNicLink(link: unknown, isSmartNic: unknown): void {
  if (isSmartNic !== true) return;
  const missing = lacking(isJsonObject(link) ? link : {}, smartNicKeys);
  if (missing !== undefined) throw wrongLink(`'${missing}' is a required property of a smart NIC`);
}
