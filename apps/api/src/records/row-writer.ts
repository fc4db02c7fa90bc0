import type { TextRows } from '@bessemer/database';
import type { Field, LinkForm, RenderContext } from '../versions/field.js';
import type { Selection } from './selection.js';
import { maskText } from './sql.js';

const mayBeWrittenAsItIs = new Set([
  114, // json
  3802, // jsonb
  20, // bigint
  21, // smallint
  23, // integer
  701, // double precision
]);
const uuidType = 2950;
const booleanType = 16;
const timeType = 1184;

type Write = (text: string) => string;

/** ISO 8601 with six digits of the second and the offset: clients in Python read no other number of digits. */
function writeTime(text: string): string {
  const [seconds = '', fraction = ''] = text.slice(0, -'+00'.length).split('.');
  return `"${seconds.replace(' ', 'T')}.${fraction.padEnd(6, '0')}+00:00"`;
}

const quote: Write = (text) => JSON.stringify(text);
const quoteAsItIs: Write = (text) => `"${text}"`;
/** Without its quotes; a path of UUIDs holds nothing that a string escapes. */
const plainPath = /^[\w/.~-]*$/;
const escapePath: Write = (text) => (plainPath.test(text) ? text : quote(text).slice(1, -1));

function writerOf(field: Field, type: number, base: string): Write {
  if (field.link !== undefined) return linksWriter(base, field.linkForm);
  if (field.type === 'secrets') return maskText;
  if (type === uuidType) return quoteAsItIs;
  if (type === booleanType) return (text) => (text === 't' ? 'true' : 'false');
  if (type === timeType) return writeTime;
  return mayBeWrittenAsItIs.has(type) ? (text) => text : quote;
}

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

/** The columns of the selection, of the record with the alias `r`, for a {@link RowWriter}. */
export function columnsOf(selection: Selection, context: RenderContext): string {
  const columns = selection.map(([name, field]) => {
    const expression = field.link ?? field.sql?.(context) ?? `r."${name}"`;
    return `${expression} AS "${name}"`;
  });
  return columns.join(', ');
}

/**
 * Writes rows as JSON texts. Postgres sends the columns as texts, which are put together without being read: that costs
 * a third of having Postgres build the JSON, and no object is made of a row (docs/adr/0008).
 */
export class RowWriter {
  private readonly keys: readonly string[];
  private readonly writes: readonly Write[];

  /**
   * @param rows what a statement with {@link columnsOf} answered
   * @param from how many columns stand before them
   * @param base the base URL of links
   */
  constructor(
    selection: Selection,
    rows: TextRows,
    private readonly from: number,
    base: string,
  ) {
    this.keys = selection.map(([name], index) => `${index === 0 ? '{' : ','}"${name}":`);
    this.writes = selection.map(([, field], index) => writerOf(field, rows.types[from + index] ?? 0, base));
  }

  /** One row as a JSON text. */
  write(row: readonly (string | null)[]): string {
    let text = this.keys.length === 0 ? '{' : '';
    // An index instead of an iterator: this is the innermost loop of every answer.
    for (let index = 0; index < this.keys.length; index += 1) {
      const value = row[this.from + index];
      text += this.keys[index];
      text += value === null || value === undefined ? 'null' : this.writes[index]?.(value);
    }
    return `${text}}`;
  }
}
