import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import ipaddr from 'ipaddr.js';

/** Comparisons of numbers, texts and whatever else stands in inspection data. */
export type Relation = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/**
 * Compares two values. A text that writes a number is taken as one when the other side is a number.
 *
 * @throws `invalid` when an order is asked of things that have none
 */
export function compare(relation: Relation, left: Json, right: Json): boolean {
  const [a, b] = sameKind(left, right);
  if (relation === 'eq') return isDeepStrictEqual(a, b);
  if (relation === 'ne') return !isDeepStrictEqual(a, b);
  const order = orderOf(a, b);
  switch (relation) {
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
  }
}

/** Whether there is nothing in it: null, an empty text, an empty list, an empty object. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Whether an address is in a network given as `address/bits`. Throws `invalid` for a malformed one. */
export function isInNetwork(address: Json, network: Json): boolean {
  const text = String(address);
  if (isIP(text) === 0) throw new BessemerError('invalid', `"${text}" is no IP address.`);
  const [base, bits] = parseNetwork(network);
  const parsed = ipaddr.parse(text);
  return parsed.kind() === base.kind() && parsed.match(base, bits);
}

/** Parses a network. Throws `invalid`. */
export function parseNetwork(network: Json): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const text = String(network);
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch (error) {
    throw new BessemerError('invalid', `"${text}" is no network; write for example 10.0.0.0/8.`, { cause: error });
  }
}

/**
 * A regular expression in the form that rules are written in: a leading `(?i)`, `(?s)` or `(?m)` sets flags.
 *
 * @throws `invalid` for a malformed one
 */
export function parsePattern(pattern: Json): RegExp {
  const text = String(pattern);
  const flags = /^\(\?([ims]+)\)/.exec(text);
  try {
    return new RegExp(flags ? text.slice(flags[0].length) : text, `u${[...new Set(flags?.[1] ?? '')].join('')}`);
  } catch (error) {
    throw new BessemerError('invalid', `"${text}" is no regular expression.`, { cause: error });
  }
}

/** Whether the whole text matches. */
export function matches(value: Json, pattern: Json): boolean {
  const { source, flags } = parsePattern(pattern);
  return new RegExp(`^(?:${source})$`, flags).test(textOf(value));
}

/** Whether the text matches somewhere. */
export function contains(value: Json, pattern: Json): boolean {
  return parsePattern(pattern).test(textOf(value));
}

function textOf(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function sameKind(left: Json, right: Json): [Json, Json] {
  if (typeof left === 'string' && typeof right === 'number') return [numeric(left), right];
  if (typeof left === 'number' && typeof right === 'string') return [left, numeric(right)];
  return [left, right];
}

function numeric(text: string): Json {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function orderOf(left: Json, right: Json): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  throw new BessemerError('invalid', `${JSON.stringify(left)} and ${JSON.stringify(right)} have no order.`);
}
