import { BessemerError } from '@bessemer/errors';
import { type Field, type Fields, isServed } from '../versions/field.js';
import { parseBoolean, parseMac, parseUuid, shorten } from './values.js';

/** Values of a record by field. */
export type RecordValues = Record<string, unknown>;

const invalid = (noun: string, reason: string, field?: string): BessemerError =>
  new BessemerError('invalid', `Schema error for ${noun}: ${reason}`, { field });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What no client may write: it is how a sealed value stands in the database. */
const sealedKey = '$sealed';

/** Refuses a value that pretends to be sealed already; throws `invalid`, naming the field. */
export function refuseSealed(value: unknown, field: string): void {
  if (Array.isArray(value)) for (const item of value) refuseSealed(item, field);
  else if (isObject(value))
    for (const [key, inner] of Object.entries(value)) {
      if (key === sealedKey)
        throw new BessemerError('invalid', `${field} may not hold the key ${sealedKey}.`, { field });
      refuseSealed(inner, field);
    }
}

/** What is meant to hold secrets may be one itself. */
const quoted = (field: Field, value: unknown): string =>
  field.type === 'secrets' || field.isSecret === true ? 'The value' : `'${shorten(value)}'`;

/** What a column of integers holds. */
const largestInteger = 2 ** 31 - 1;

function requireAmong(noun: string, name: string, { values, noneOf }: Field, value: string): void {
  if (values === undefined || values.includes(value)) return;
  throw noneOf === undefined
    ? invalid(noun, `'${shorten(value)}' is not one of ${values.join(', ')} (${name})`, name)
    : new BessemerError('invalid', noneOf(shorten(value)), { field: name });
}

function checkString(noun: string, name: string, field: Field, value: unknown): string {
  if (typeof value !== 'string') {
    const shown = field.isSecret === true ? 'The value' : shorten(value);
    throw invalid(noun, `${shown} is not of type 'string' (${name})`, name);
  }
  if (field.maxLength !== undefined && value.length > field.maxLength)
    throw invalid(noun, `${quoted(field, value)} is too long (${name}, at most ${field.maxLength} characters)`, name);
  if (field.minLength !== undefined && value.length < field.minLength)
    throw invalid(noun, `${quoted(field, value)} is too short (${name})`, name);
  if (value.includes('\u0000')) throw invalid(noun, `${name} holds a NUL character`, name);
  const read = field.isCaseless === true ? value.toLowerCase() : value;
  requireAmong(noun, name, field, read);
  return read;
}

/**
 * One value as the table of fields wants it: booleans may come as words, UUIDs and MACs become lower case, a null
 * object is an empty one.
 *
 * @throws `invalid` (400), naming the field
 */
export function readValue(noun: string, name: string, field: Field, value: unknown): unknown {
  if (value === null) {
    if (field.type === 'object' || field.type === 'secrets') return {};
    if (field.notNull === true) throw invalid(noun, `None is not of type '${field.type}' (${name})`, name);
    return field.type === 'list' ? [] : null;
  }
  switch (field.type) {
    case 'uuid':
      return parseUuid(value, name);
    case 'mac':
      return parseMac(value, name);
    case 'boolean':
      return parseBoolean(value, name);
    case 'integer':
      if (field.digits === true && typeof value === 'string' && /^\d{1,10}$/.test(value))
        return readValue(noun, name, field, Number(value));
      if (!Number.isSafeInteger(value))
        throw invalid(noun, `${shorten(value)} is not of type 'integer' (${name})`, name);
      if (Math.abs(Number(value)) > largestInteger)
        throw invalid(noun, `${shorten(value)} is out of range (${name}, at most ${largestInteger})`, name);
      if (field.minimum !== undefined && Number(value) < field.minimum)
        throw invalid(noun, `${shorten(value)} is less than the minimum of ${field.minimum} (${name})`, name);
      return value;
    case 'object':
    case 'secrets':
      if (!isObject(value))
        throw invalid(noun, `${quoted(field, value)} is not of type 'object', 'null' (${name})`, name);
      if (JSON.stringify(value).includes('\\u0000')) throw invalid(noun, `${name} holds a NUL character`, name);
      return value;
    case 'list':
      if (!Array.isArray(value)) throw invalid(noun, `${shorten(value)} is not of type 'array' (${name})`, name);
      return checkList(noun, name, field, value);
    default:
      return checkString(noun, name, field, value);
  }
}

function checkList(noun: string, name: string, { items, minItems = 0 }: Field, list: unknown[]): unknown[] {
  if (list.length < minItems) throw invalid(noun, `${name} has fewer than ${minItems} items`, name);
  if (JSON.stringify(list).includes('\\u0000')) throw invalid(noun, `${name} holds a NUL character`, name);
  return items === undefined ? list : list.map((item, index) => readItem(noun, `${name}/${index}`, items, item));
}

function readItem(noun: string, path: string, members: Fields, item: unknown): RecordValues {
  if (!isObject(item)) throw invalid(noun, `${shorten(item)} is not of type 'object' (${path})`, path);
  for (const name of Object.keys(item))
    if (!Object.hasOwn(members, name))
      throw invalid(noun, `Additional properties are not allowed ('${shorten(name)}' was unexpected in ${path})`, path);
  const read: RecordValues = {};
  for (const [name, member] of Object.entries(members)) {
    const value = item[name];
    if (value === undefined && member.required === true)
      throw invalid(noun, `'${name}' is a required property (${path})`, path);
    if (value !== undefined && (value !== null || member.notNull === true))
      read[name] = readValue(noun, `${path}/${name}`, member, value);
  }
  return read;
}

/** Throws 406 when the API version lacks one of the fields. */
export function requireServed(fields: Fields, names: Iterable<string>, minor: number): void {
  for (const name of names) {
    const field = fields[name];
    if (field !== undefined && !isServed(field, minor))
      throw new BessemerError('not-acceptable', `Request not acceptable: the API version has no field ${name}.`, {
        field: name,
      });
  }
}

/**
 * The body of a request that creates a record.
 *
 * @param noun how errors name the record
 * @param fields the table of its fields
 * @throws `invalid` for unknown, missing and wrong fields; `not-acceptable` for ones that the version lacks
 */
export function readNewRecord(noun: string, fields: Fields, body: unknown, minor: number): RecordValues {
  const given = body ?? {};
  if (!isObject(given)) throw invalid(noun, `${shorten(given)} is not of type 'object'`);
  for (const name of Object.keys(given))
    if (fields[name]?.create !== true)
      throw invalid(noun, `Additional properties are not allowed ('${shorten(name)}' was unexpected)`, name);
  for (const [name, field] of Object.entries(fields))
    if (field.required === true && !Object.hasOwn(given, name))
      throw invalid(noun, `'${name}' is a required property`, name);
  const values: RecordValues = { ...given };
  for (const [name, value] of Object.entries(given)) {
    const field = fields[name];
    if (field === undefined) continue;
    refuseSealed(value, name);
    values[name] = readValue(noun, name, field, value);
  }
  requireServed(fields, Object.keys(values), minor);
  return values;
}
