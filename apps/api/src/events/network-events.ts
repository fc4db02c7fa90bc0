import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { parseMac, shorten } from '../records/values.js';

const kinds = ['network.bind_port', 'network.unbind_port', 'network.delete_port'];
const keys = ['event', 'port_id', 'mac_address', 'status', 'device_id', 'binding:host_id', 'binding:vnic_type'];
const needed = ['event', 'port_id', 'mac_address', 'status'];

const invalid = (reason: string, field = 'events'): BessemerError =>
  new BessemerError('invalid', `Schema error for events: ${reason}`, { field });

function requireEvent(event: unknown): void {
  if (!isJsonObject(event)) throw invalid(`${shorten(event)} is not of type 'object'`);
  // An object may have no text at all, so nothing is made one here.
  if (typeof event['event'] !== 'string' || !kinds.includes(event['event']))
    throw invalid(`'${shorten(event['event'])}' is not one of ${kinds.join(', ')}`, 'event');
  for (const key of needed) if (event[key] === undefined) throw invalid(`'${key}' is a required property`, key);
  for (const [key, value] of Object.entries(event)) {
    if (!keys.includes(key))
      throw invalid(`Additional properties are not allowed ('${shorten(key)}' was unexpected)`, key);
    if (typeof value !== 'string') throw invalid(`${shorten(value)} is not of type 'string'`, key);
  }
  parseMac(event['mac_address'], 'mac_address');
}

/** Throws `invalid` for a body that is no list of network events (reference: api.md §14). */
export function requireNetworkEvents(body: unknown): void {
  const events = isJsonObject(body) ? body['events'] : undefined;
  if (!Array.isArray(events)) throw invalid("'events' is a required property, a list");
  if (events.length === 0) throw invalid('[] is too short');
  for (const event of events) requireEvent(event);
}
