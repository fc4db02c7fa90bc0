import type { TextRow } from '@bessemer/database';
import type { Field, LinkForm, RenderContext } from '../versions/field.js';
import type { Selection } from './selection.js';
import { maskText } from './sql.js';

type Write = (text: string) => string;

/** ISO 8601 with six digits of the second and the offset: clients in Python read no other number of digits. */
function writeTime(text: string): string {
  const [seconds = '', fraction = ''] = text.slice(0, -'+00'.length).split('.');
  return `"${seconds.replace(' ', 'T')}.${fraction.padEnd(6, '0')}+00:00"`;
}

const quote: Write = (text) => JSON.stringify(text);
/** Without its quotes; a path of UUIDs holds nothing that a string escapes. */
const plainPath = /^[\w/.~-]*$/;
const escapePath: Write = (text) => (plainPath.test(text) ? text : quote(text).slice(1, -1));

/** How a field is written that Postgres does not write; undefined for one that it does. */
function writerOf(field: Field, base: string): Write | undefined {
  if (field.link !== undefined) return linksWriter(base, field.linkForm);
  if (field.type === 'secrets') return maskText;
  return field.type === 'datetime' && field.sql === undefined ? writeTime : undefined;
}

const isWrittenHere = ([, field]: Selection[number]): boolean => writerOf(field, '') !== undefined;

function linksWriter(base: string, form: LinkForm | undefined): Write {
  const self = `{"href":${quote(`${base}/v1/`).slice(0, -1)}`;
  const bookmark = `{"href":${quote(`${base}/`).slice(0, -1)}`;
  if (form === 'self') return (path) => `[${self}${escapePath(path)}","rel":"self"}]`;
  const [open, close] = form === 'nested' ? ['[[', ']]'] : ['[', ']'];
  return (path) => {
    const escaped = escapePath(path);
    return `${open}${self}${escaped}","rel":"self"},${bookmark}${escaped}","rel":"bookmark"}${close}`;
  };
}

const columnOf = (name: string, field: Field, context: RenderContext): string =>
  `${field.link ?? field.sql?.(context) ?? `r."${name}"`} AS "${name}"`;

/**
 * The columns of the selection, of the record with the alias `r`, for a {@link RowWriter}: one that holds as JSON all
 * that Postgres writes fast, then one for each field that is faster written here.
 */
export function columnsOf(selection: Selection, context: RenderContext): string {
  const bundled = selection.filter((entry) => !isWrittenHere(entry));
  const own = selection.filter(isWrittenHere);
  const columns = bundled.map(([name, field]) => columnOf(name, field, context)).join(', ');
  return [
    bundled.length === 0 ? `'{}'` : `(SELECT row_to_json(item)::text FROM (SELECT ${columns}) AS item)`,
    ...own.map(([name, field]) => columnOf(name, field, context)),
  ].join(', ');
}

/**
 * Writes rows as JSON texts. Postgres writes what it writes fast; links, times and masked secrets are put together here
 * from texts, at a third of its cost, and no object is made of a row (docs/adr/0008).
 */
export class RowWriter {
  private readonly keys: readonly string[];
  private readonly writes: readonly Write[];
  private readonly isAlone: boolean;

  /**
   * @param selection the one of {@link columnsOf}
   * @param from how many columns stand before its columns
   * @param base the base URL of links
   */
  constructor(
    selection: Selection,
    private readonly from: number,
    base: string,
  ) {
    const own = selection.flatMap(([name, field]) => {
      const write = writerOf(field, base);
      return write === undefined ? [] : [{ name, write }];
    });
    this.isAlone = own.length === selection.length;
    this.keys = own.map(({ name }, index) => `${this.isAlone && index === 0 ? '' : ','}"${name}":`);
    this.writes = own.map(({ write }) => write);
  }

  /** One row as a JSON text. */
  write(row: TextRow): string {
    const pieces: string[] = [];
    this.writeTo(pieces, row);
    return pieces.join('');
  }

  /** Adds one row in pieces: a list is joined once, which copies each of its bytes once. */
  writeTo(pieces: string[], row: TextRow): void {
    pieces.push((row[this.from] ?? '{}').slice(0, -1));
    // An index instead of an iterator: this is the innermost loop of every answer.
    for (let index = 0; index < this.keys.length; index += 1) {
      const value = row[this.from + 1 + index];
      const written = value === null || value === undefined ? 'null' : this.writes[index]?.(value);
      pieces.push(this.keys[index] ?? '', written ?? 'null');
    }
    pieces.push('}');
  }
}
