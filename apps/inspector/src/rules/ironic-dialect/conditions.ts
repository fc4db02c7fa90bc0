import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { compare, contains, isEmpty, isInNetwork, matches, type Relation } from '../comparison.js';
import { interpolate, type Names } from './interpolate.js';

/** One operator: its arguments and what it says of them once they are filled in. */
interface Operator {
  required: readonly string[];
  optional?: readonly string[];
  /** What a placeholder that names nothing counts as null for, instead of standing as it is written. */
  missingIsNull?: boolean;
  holds(args: JsonObject): boolean;
}

const chained = (relation: Relation): Operator => ({
  required: ['values'],
  optional: ['force_strings'],
  holds: ({ values, force_strings }) => {
    const list = listOf(values, 'values').map((value) => (force_strings === true ? String(value) : value));
    return list.slice(1).every((right, index) => compare(relation, list[index] ?? null, right));
  },
});

const truths = new Set(['yes', 'true', '1', 'on']);
const untruths = new Set(['no', 'false', '0', 'off']);

/** The operators by name (inspection reference §6), with `le`, `ge` and `ne` beside those that Ironic has. */
export const operators: Readonly<Record<string, Operator>> = {
  eq: chained('eq'),
  ne: chained('ne'),
  lt: chained('lt'),
  le: chained('le'),
  gt: chained('gt'),
  ge: chained('ge'),
  'is-empty': { required: ['value'], missingIsNull: true, holds: ({ value }) => isEmpty(unquoted(value)) },
  'in-net': {
    required: ['address', 'subnet'],
    holds: ({ address, subnet }) => isInNetwork(address ?? null, subnet ?? null),
  },
  matches: { required: ['value', 'regex'], holds: ({ value, regex }) => matches(value ?? null, regex ?? null) },
  contains: { required: ['value', 'regex'], holds: ({ value, regex }) => contains(value ?? null, regex ?? null) },
  'one-of': {
    required: ['value', 'values'],
    holds: ({ value, values }) => listOf(values, 'values').some((item) => compare('eq', item, value ?? null)),
  },
  'is-none': { required: ['value'], missingIsNull: true, holds: ({ value }) => unquoted(value) === null },
  'is-true': { required: ['value'], missingIsNull: true, holds: ({ value }) => isTrue(unquoted(value)) },
  'is-false': { required: ['value'], missingIsNull: true, holds: ({ value }) => isFalse(unquoted(value)) },
};

/** How the items of a condition's loop decide. */
export const multiples = ['any', 'all', 'first', 'last'] as const;

/** An operator's name without the `!` that inverts it. */
export function parseOperator(op: unknown): { name: string; inverted: boolean } {
  const text = String(op);
  return text.startsWith('!') ? { name: text.slice(1).trimStart(), inverted: true } : { name: text, inverted: false };
}

/** Whether a condition holds; with a loop, for any, all, the first or the last of its items. */
export function conditionHolds(condition: JsonObject, names: Names, warn: (text: string) => void): boolean {
  const { name, inverted } = parseOperator(condition.op);
  const operator = operators[name];
  if (operator === undefined) throw new BessemerError('invalid', `There is no operator "${name}".`);
  const args = argumentsOf(condition.args, operator.required);
  const once = (names: Names): boolean => {
    const filled = fillArguments(args, names, operator, warn);
    return operator.holds(filled) !== inverted;
  };
  if (condition.loop === undefined || condition.loop === null) return once(names);
  const holds = (item: Json): boolean => once({ ...names, item });
  const items = loopItems(condition.loop, names);
  switch (condition.multiple) {
    case 'all':
      return items.every(holds);
    case 'first':
      return items.slice(0, 1).some(holds);
    case 'last':
      return items.slice(-1).some(holds);
    default:
      return items.some(holds);
  }
}

/** The items of a loop: those of a list, or the pairs of an object as `{key, value}`. */
export function loopItems(loop: Json, names: Names): Json[] {
  const { value } = interpolate(loop, names);
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.entries(value).map(([key, item]) => ({ key, value: item })) : [value];
}

/** Arguments by name; the list form gives them in the order of their names. */
export function argumentsOf(args: Json | undefined, order: readonly string[]): JsonObject {
  if (Array.isArray(args))
    return Object.fromEntries(args.map((value, index) => [order[index] ?? String(index), value]));
  return isJsonObject(args) ? args : {};
}

/**
 * Fills every argument.
 *
 * @param options `missingIsNull`: one that is nothing but a placeholder without a value counts as null; `inUrl`: those
 *   whose values become parts of a URL
 */
export function fillArguments(
  args: JsonObject,
  names: Names,
  { missingIsNull = false, inUrl = [] }: { missingIsNull?: boolean; inUrl?: readonly string[] },
  warn: (text: string) => void,
): JsonObject {
  const filled = Object.entries(args).map(([name, value]): [string, Json] => {
    const { value: result, missing } = interpolate(value, names, inUrl.includes(name) ? encodeURIComponent : undefined);
    if (missing.length > 0 && missingIsNull && result === missing[0]) return [name, null];
    for (const text of missing) warn(`Nothing stands for ${text}.`);
    return [name, result];
  });
  return Object.fromEntries(filled);
}

/** Texts that stand for something else after interpolation. */
function unquoted(value: Json | undefined): Json {
  if (value === undefined || value === 'None') return null;
  return value === '[]' || value === '{}' ? '' : value;
}

function isTrue(value: Json): boolean {
  if (typeof value === 'string')
    return truths.has(value.toLowerCase()) || (Number(value) !== 0 && !Number.isNaN(Number(value)));
  return value === true || (typeof value === 'number' && value !== 0);
}

function isFalse(value: Json): boolean {
  return typeof value === 'string' ? untruths.has(value.toLowerCase()) : value === false || value === 0;
}

function listOf(value: Json | undefined, name: string): Json[] {
  if (Array.isArray(value)) return value;
  throw new BessemerError('invalid', `"${name}" is a list of values.`, { field: name });
}
