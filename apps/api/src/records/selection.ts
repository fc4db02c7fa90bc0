import { BessemerError } from '@bessemer/errors';
import { type Field, type Fields, fieldNamed, isServed } from '../versions/field.js';

/** What a reader asked to see. */
export interface Asked {
  readonly fields?: readonly string[];
  readonly detail?: boolean;
}

/** The fields that are shown, in order, with what the table says of them. */
export type Selection = readonly (readonly [string, Field])[];

function entry(fields: Fields, name: string): readonly (readonly [string, Field])[] {
  const field = fieldNamed(fields, name);
  return field === undefined ? [] : [[name, field]];
}

function byName(fields: Fields, names: readonly string[], minor: number): Selection {
  const wanted = [...new Set(names.map((name) => name.toLowerCase()))];
  const unknown = wanted.filter((name) => {
    const field = fieldNamed(fields, name);
    return field === undefined || field.type === 'links' || field.hidden === true;
  });
  if (unknown.length > 0)
    throw new BessemerError('invalid', `Field(s) "${unknown.join(', ')}" are not valid`, { field: 'fields' });
  for (const name of wanted) {
    const field = fieldNamed(fields, name);
    if (field !== undefined && !isServed(field, minor))
      throw new BessemerError('not-acceptable', `Request not acceptable: the API version has no field ${name}.`, {
        field: 'fields',
      });
  }
  return [...wanted.filter((name) => name !== 'links'), 'links'].flatMap((name) => entry(fields, name));
}

/** Every field that a whole record shows at the API version. */
export const allFields = (fields: Fields, minor: number): Selection =>
  Object.entries(fields).filter(
    ([, field]) => field.hidden !== true && (field.shownBelow === true || isServed(field, minor)),
  );

/**
 * The fields that a list shows: those asked for, all with `detail`, else the ones that the table lists.
 *
 * @throws `invalid` for an unknown field and for `fields` with `detail`, `not-acceptable` for one that came later
 */
export function listSelection(fields: Fields, asked: Asked, minor: number): Selection {
  if (asked.fields !== undefined && asked.detail === true)
    throw new BessemerError('invalid', 'Can not specify ?detail=True and fields in the same request.', {
      field: 'fields',
    });
  if (asked.fields !== undefined) return byName(fields, asked.fields, minor);
  const all = allFields(fields, minor);
  if (asked.detail === true) return all;
  return all.filter(([name, field]) => field.listed === true || name === 'links');
}

/** The fields that a single record shows: those asked for, else all. */
export const showSelection = (fields: Fields, names: readonly string[] | undefined, minor: number): Selection =>
  names === undefined ? allFields(fields, minor) : byName(fields, names, minor);
