import type { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { type Field, type Fields, fieldNamed } from '../versions/field.js';
import type { ParameterValues } from '../versions/parameters.js';
import { columnsOf, RowWriter } from './row-writer.js';
import type { Selection } from './selection.js';
import { TextBuffer } from './text-buffer.js';

/** The most records that one page holds. */
export const maximumPage = 1000;

/** Where and how a list is read. */
export interface ListSource {
  readonly table: string;
  /** The key of the list in the body, for example `nodes`. */
  readonly plural: string;
  readonly fields: Fields;
  /** The column that markers name; `uuid` when absent. */
  readonly markerColumn?: string;
  /** How errors name a record. */
  readonly noun: string;
  /** The column that decides the order when none is asked for; `id` when absent. */
  readonly defaultSort?: string;
  /** Columns that hold no nulls: an index serves their order as it is. */
  readonly neverNull?: readonly string[];
}

/** Conditions of a list: SQL over the alias `r`, with parameters made by {@link Conditions.add}. */
export class Conditions {
  private readonly texts: string[] = [];
  readonly parameters: unknown[] = [];

  /** @param base the base URL of links */
  constructor(readonly base: string) {}

  /** Adds a condition; `?` in it stands for the value. */
  add(text: string, value?: unknown): void {
    this.texts.push(value === undefined ? text : text.replaceAll('?', this.parameter(value)));
  }

  /** The placeholder of a new parameter. */
  parameter(value: unknown): string {
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  toString(): string {
    return this.texts.length === 0 ? '' : `WHERE ${this.texts.map((text) => `(${text})`).join(' AND ')}`;
  }
}

/** Which page of a list. */
export interface PageRequest {
  readonly limit: number;
  readonly marker?: string;
  readonly sortKey: string;
  readonly sortDir: 'asc' | 'desc';
}

const unsortable = new Set<Field['type']>(['object', 'secrets', 'list', 'links']);

/**
 * The page that the parameters ask for.
 *
 * @throws `invalid` for a limit below 1, an unknown direction, and a key that cannot be sorted by
 */
export function readPage(source: ListSource, values: ParameterValues): PageRequest {
  const { limit = maximumPage, marker, sort_key: key = source.defaultSort ?? 'id', sort_dir: dir = 'asc' } = values;
  if (typeof limit !== 'number' || limit < 1)
    throw new BessemerError('invalid', 'Limit must be positive', { field: 'limit' });
  if (dir !== 'asc' && dir !== 'desc')
    throw new BessemerError(
      'invalid',
      `Invalid sort direction: ${String(dir)}. Acceptable values are 'asc' or 'desc'`,
      { field: 'sort_dir' },
    );
  const field = fieldNamed(source.fields, String(key));
  const isSortable = field !== undefined && (field.sortable ?? !(field.virtual === true || unsortable.has(field.type)));
  if (key !== 'id' && !isSortable)
    throw new BessemerError('invalid', `The sort_key value "${String(key)}" is an invalid field for sorting`, {
      field: 'sort_key',
    });
  return {
    limit: Math.min(limit, maximumPage),
    sortKey: String(key),
    sortDir: dir,
    ...(marker === undefined ? {} : { marker: String(marker) }),
  };
}

const isNeverNull = (source: ListSource, key: string): boolean => source.neverNull?.includes(key) === true;

/** Where the record that a marker names stands in the order. */
interface Position {
  readonly id: string;
  /** As text, which loses nothing: a JavaScript date has no microseconds. */
  readonly key: string | null;
}

async function positionOf(database: Database, source: ListSource, page: PageRequest): Promise<Position | undefined> {
  if (page.marker === undefined) return undefined;
  const [position] = await database.query<Position>(
    `SELECT id, "${page.sortKey}"::text AS key FROM ${source.table} WHERE ${source.markerColumn ?? 'uuid'} = $1`,
    [page.marker],
  );
  if (position === undefined)
    throw new BessemerError('not-found', `${source.noun} ${page.marker} could not be found.`, { field: 'marker' });
  return position;
}

/** Rows after the position: nulls come first in rising order, last in falling, and the id decides between equals. */
function addPosition(
  conditions: Conditions,
  source: ListSource,
  { sortKey, sortDir }: PageRequest,
  { id, key }: Position,
): void {
  const than = sortDir === 'asc' ? '>' : '<';
  if (sortKey === 'id') {
    conditions.add(`r.id ${than} ?`, id);
    return;
  }
  const column = `r."${sortKey}"`;
  const after = conditions.parameter(id);
  if (key !== null) {
    const pair = `(${column}, r.id) ${than} (${conditions.parameter(key)}, ${after})`;
    conditions.add(sortDir === 'asc' || isNeverNull(source, sortKey) ? pair : `${pair} OR ${column} IS NULL`);
  } else if (sortDir === 'asc') conditions.add(`${column} IS NOT NULL OR r.id > ${after}`);
  else conditions.add(`${column} IS NULL AND r.id < ${after}`);
}

/** One page, and the marker of the next one if there may be one. */
export interface Page {
  /** The body of the answer up to the end of its last record. */
  readonly text: TextBuffer;
  readonly next: string | null;
}

/**
 * Reads one page in one statement that Postgres renders.
 *
 * @throws `not-found` for a marker that names no record
 */
export async function readList(
  database: Database,
  source: ListSource,
  selection: Selection,
  page: PageRequest,
  conditions: Conditions,
  minor: number,
): Promise<Page> {
  const position = await positionOf(database, source, page);
  if (position !== undefined) addPosition(conditions, source, page, position);
  const placed = page.sortDir === 'asc' ? 'NULLS FIRST' : 'NULLS LAST';
  const nulls = isNeverNull(source, page.sortKey) ? '' : placed;
  const order =
    page.sortKey === 'id'
      ? `r.id ${page.sortDir}`
      : `r."${page.sortKey}" ${page.sortDir} ${nulls}, r.id ${page.sortDir}`;
  const limit = conditions.parameter(page.limit);
  const writer = new RowWriter(selection, 1, conditions.base);
  const text = openList(source.plural);
  let count = 0;
  let last: string | null = null;
  await database.eachText(
    `SELECT r.${source.markerColumn ?? 'uuid'} AS marker, ${columnsOf(selection, { minor })}
     FROM ${source.table} r ${conditions} ORDER BY ${order} LIMIT ${limit}`,
    conditions.parameters,
    (row) => {
      if (count > 0) text.append(',');
      writer.writeTo(text, row);
      count += 1;
      last = row[0] ?? null;
    },
  );
  return { text, next: count === page.limit ? last : null };
}

/** How the link to the next page is made. */
export interface NextLink {
  /** The URL of the list without its query. */
  readonly url: string;
  /** Parameters that the link repeats. */
  readonly repeated: Readonly<Record<string, string | undefined>>;
}

/** The beginning of the body of a list. */
export function openList(plural: string): TextBuffer {
  const text = new TextBuffer();
  text.append(`{"${plural}":[`);
  return text;
}

/** The body of a list. */
export function listBody(page: Page, request: PageRequest, link: NextLink): Buffer {
  const next = page.next === null ? '' : `,"next":${JSON.stringify(nextUrl(page.next, request, link))}`;
  page.text.append(`]${next}}`);
  return page.text.end();
}

function nextUrl(marker: string, request: PageRequest, link: NextLink): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(link.repeated)) if (value !== undefined) query.set(name, value);
  query.set('limit', String(request.limit));
  query.set('marker', marker);
  return `${link.url}?${query.toString().replaceAll('%2C', ',').replaceAll('+', '%20')}`;
}
