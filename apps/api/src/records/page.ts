import type { Database, TextRow } from '@bessemer/database';
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

  /** The conditions with one more, which is not kept. */
  and(text: string): string {
    return whereAll([...this.texts, text]);
  }

  toString(): string {
    return whereAll(this.texts);
  }
}

const whereAll = (texts: readonly string[]): string =>
  texts.length === 0 ? '' : `WHERE ${texts.map((text) => `(${text})`).join(' AND ')}`;

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

/**
 * What holds of the rows after the place of the marker's record: nulls come first in rising order, last in falling, and the id decides
 * between equals. Each part is a stretch of an index; a row that any of them holds of comes after the marker.
 */
function partsAfterPlace(source: ListSource, { sortKey, sortDir }: PageRequest): string[] {
  const than = sortDir === 'asc' ? '>' : '<';
  if (sortKey === 'id') return [`r.id ${than} place.id`];
  const column = `r."${sortKey}"`;
  const pair = `(${column}, r.id) ${than} (place.key, place.id)`;
  if (isNeverNull(source, sortKey)) return [pair];
  return [
    `place.key IS NOT NULL AND ${pair}`,
    `place.key IS NULL AND ${column} IS NULL AND r.id ${than} place.id`,
    sortDir === 'asc' ? `place.key IS NULL AND ${column} IS NOT NULL` : `place.key IS NOT NULL AND ${column} IS NULL`,
  ];
}

/**
 * The page's rows in the order of `page`, which they keep, since a marker names one record: no row at all when it names
 * none, a row of nulls when nothing follows it.
 */
function afterMarker(source: ListSource, { sortKey }: PageRequest, marker: string, page: string): string {
  return `SELECT page.* FROM (
      SELECT id, "${sortKey}" AS key FROM ${source.table} WHERE ${markerColumnOf(source)} = ${marker}) AS place
    LEFT JOIN LATERAL (${page}) AS page ON true`;
}

const markerColumnOf = (source: ListSource): string => source.markerColumn ?? 'uuid';

/** One page, and the marker of the next one if there may be one. */
export interface Page {
  /** The body of the answer up to the end of its last record. */
  readonly text: TextBuffer;
  readonly next: string | null;
}

/**
 * Reads one page in one statement.
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
  const { marker } = page;
  const writer = new RowWriter(selection, 1, conditions.base);
  const text = openList(source.plural);
  let isFound = marker === undefined;
  let count = 0;
  let last: string | null = null;
  const take = (row: TextRow): void => {
    isFound = true;
    const [named = null] = row;
    if (named === null) return;
    if (count > 0) text.append(',');
    writer.writeTo(text, row);
    count += 1;
    last = named;
  };
  await database.eachText(statementOf(source, selection, page, conditions, minor), conditions.parameters, take);
  if (!isFound)
    throw new BessemerError('not-found', `${source.noun} ${marker} could not be found.`, { field: 'marker' });
  return { text, next: count === page.limit ? last : null };
}

function statementOf(
  source: ListSource,
  selection: Selection,
  page: PageRequest,
  conditions: Conditions,
  minor: number,
): string {
  const { marker, sortKey, sortDir } = page;
  const nulls = isNeverNull(source, sortKey) ? '' : sortDir === 'asc' ? 'NULLS FIRST' : 'NULLS LAST';
  const order = sortKey === 'id' ? `r.id ${sortDir}` : `r."${sortKey}" ${sortDir} ${nulls}, r.id ${sortDir}`;
  const ordered = `ORDER BY ${order} LIMIT ${conditions.parameter(page.limit)}`;
  const rows = `SELECT r.${markerColumnOf(source)} AS marker, ${columnsOf(selection, { minor, isList: true })}
    FROM ${source.table} r`;
  if (marker === undefined) return `${rows} ${conditions} ${ordered}`;
  const parts = partsAfterPlace(source, page).map((part) => conditions.and(part));
  const [only] = parts;
  const where = parts.length === 1 ? only : `WHERE r.id IN (${firstOfEach(source, parts, ordered)})`;
  return afterMarker(source, page, conditions.parameter(marker), `${rows} ${where} ${ordered}`);
}

/** The page is among these: an index gives the beginning of each part, but not of all of them in one go. */
const firstOfEach = (source: ListSource, parts: readonly string[], ordered: string): string =>
  parts.map((part) => `(SELECT r.id FROM ${source.table} r ${part} ${ordered})`).join(' UNION ALL ');

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
