import { BessemerError } from '@bessemer/errors';
import type { Conditions } from '../records/page.js';
import { parseMac } from '../records/values.js';
import type { ParameterValues } from '../versions/parameters.js';

/**
 * Refuses filters that cannot be asked for together.
 *
 * @param filters what each filter asks for; undefined where it was not given
 * @throws `forbidden` when more than one was given
 */
export function requireExclusive(filters: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(filters).filter((name) => filters[name] !== undefined);
  if (given.length > 1)
    throw new BessemerError('forbidden', `${given.join(' and ')} cannot be asked for together.`, {
      field: given[1],
      remedy: 'Ask for one of them.',
    });
}

/** Adds the filters that ports and port groups share: address, and the shards and conductor groups of their nodes. */
export function addOwnerConditions(conditions: Conditions, values: ParameterValues): void {
  const { address, shard, conductor_groups: groups } = values;
  if (address !== undefined) conditions.add('r.address = ?', parseMac(address, 'address'));
  if (shard !== undefined)
    conditions.add('r.node_uuid IN (SELECT n.uuid FROM nodes n WHERE n.shard = ANY(?::text[]))', shard);
  if (Array.isArray(groups))
    conditions.add(
      'r.node_uuid IN (SELECT n.uuid FROM nodes n WHERE n.conductor_group = ANY(?::text[]))',
      groups.map((group) => group.toLowerCase()),
    );
}
