import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { type RecordValues, readValue } from '../records/record-body.js';
import { shorten } from '../records/values.js';
import { type Fields, isServed } from './field.js';
import { versionText } from './version.js';

const invalid = (message: string, field?: string): BessemerError => new BessemerError('invalid', message, { field });

function requireMember(name: string, members: Fields, minor: number): void {
  const member = members[name];
  if (member === undefined || isServed(member, minor)) return;
  const needed = `The minimal required API version should be ${versionText(member.since ?? 1)}`;
  throw member.below === 'invalid'
    ? invalid(`Field "${name}" not recognised in this version. ${needed}`, name)
    : new BessemerError('not-acceptable', `Request not acceptable. ${needed}`, { field: name });
}

/**
 * The members of a body that is no record and that Ironic holds against a JSON schema, for example of `vmedia`: a null
 * is a value, and refusals are worded as those of records.
 *
 * @param options `isOpen`: whatever else the body holds passes unread, members that came later among it
 * @throws `invalid` (400) for unknown, missing and wrong members
 */
export function readDocument(
  noun: string,
  members: Fields,
  body: unknown,
  minor: number,
  options: { isOpen?: boolean } = {},
): RecordValues {
  const refused = (reason: string, field?: string): BessemerError =>
    invalid(`Schema error for ${noun}: ${reason}`, field);
  if (!isJsonObject(body)) throw refused(`${shorten(body)} is not of type 'object'`, noun);
  const served = Object.entries(members).filter(([, member]) => isServed(member, minor));
  const unknown = Object.keys(body).find((name) => !served.some(([other]) => other === name));
  if (unknown !== undefined && options.isOpen !== true)
    throw refused(`Additional properties are not allowed ('${shorten(unknown)}' was unexpected)`, shorten(unknown));
  const missing = served.find(([name, member]) => member.required === true && body[name] === undefined);
  if (missing !== undefined) throw refused(`'${missing[0]}' is a required property`, missing[0]);
  return Object.fromEntries(
    served
      .filter(([name]) => body[name] !== undefined)
      .map(([name, member]) => [name, readValue(noun, name, member, body[name])]),
  );
}

/**
 * The members of a body that is no record, for example of `states/power`, held against their table. A null counts as not
 * given.
 *
 * @throws `invalid` (400) for unknown, missing and wrong members; below a member's version `not-acceptable` (406), or
 *   `invalid` where the table says so
 */
export function readMembers(noun: string, members: Fields, body: unknown, minor: number): RecordValues {
  const given = body ?? {};
  if (!isJsonObject(given)) throw invalid(`${shorten(given)} is not of type 'object'`);
  const set = Object.entries(given).filter(([, value]) => value !== null);
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(members, name));
  if (unknown.length > 0) throw invalid(`Unexpected arguments: ${unknown.map(shorten).join(', ')}`, unknown[0]);
  for (const [name] of set) requireMember(name, members, minor);
  for (const [name, member] of Object.entries(members))
    if (member.required === true && !set.some(([other]) => other === name))
      throw invalid(`Missing mandatory parameter: ${name}`, name);
  const read: RecordValues = {};
  for (const [name, value] of set) {
    const member = members[name];
    if (member === undefined) continue;
    read[name] = readValue(noun, name, member, value);
  }
  return read;
}
