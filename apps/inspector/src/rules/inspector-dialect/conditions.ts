import type { Json, JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { compare, contains, isEmpty, isInNetwork, matches, parseNetwork, parsePattern } from '../comparison.js';
import { parseField, valuesOf } from './field.js';

/** One operator of a condition. */
interface Operator {
  parameters: readonly string[];
  /** Whether it is also asked of a field that does not exist. */
  allowsMissing?: boolean;
  /** Throws `invalid` for a value that it cannot work with. */
  validate?(value: Json): void;
  holds(field: Json, value: Json): boolean;
}

const relation = (name: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'): Operator => ({
  parameters: ['value'],
  holds: (field, value) => compare(name, field, value),
});

/** The operators by name (inspection reference §5). */
export const operators: Readonly<Record<string, Operator>> = {
  contains: { parameters: ['value'], validate: parsePattern, holds: contains },
  eq: relation('eq'),
  ge: relation('ge'),
  gt: relation('gt'),
  'in-net': { parameters: ['value'], validate: parseNetwork, holds: isInNetwork },
  'is-empty': { parameters: [], allowsMissing: true, holds: isEmpty },
  le: relation('le'),
  lt: relation('lt'),
  matches: { parameters: ['value'], validate: parsePattern, holds: matches },
  ne: relation('ne'),
};

/** How several values of one field decide. */
export const multiples = ['any', 'all', 'first'] as const;

/**
 * Whether a condition holds. A missing field holds for no operator but `is-empty`; `invert` is applied to each value
 * before `multiple` decides.
 */
export function conditionHolds(condition: JsonObject, sources: { data: JsonObject; node: JsonObject }): boolean {
  const operator = operators[String(condition.op)];
  if (operator === undefined) throw new BessemerError('invalid', `There is no operator "${String(condition.op)}".`);
  let values = valuesOf(parseField(String(condition.field)), sources);
  if (values.length === 0) {
    if (operator.allowsMissing !== true) return false;
    values = [null];
  }
  const invert = condition.invert === true;
  const holds = (value: Json): boolean => operator.holds(value, condition.value ?? null) !== invert;
  if (condition.multiple === 'all') return values.every(holds);
  return condition.multiple === 'first' ? values.slice(0, 1).some(holds) : values.some(holds);
}
