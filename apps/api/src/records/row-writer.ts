import type { TextRow } from '@bessemer/database';
import type { Field, LinkForm, RenderContext } from '../versions/field.js';
import { RepeatedValues } from './repeated-values.js';
import type { Selection } from './selection.js';
import { linkParts, maskText } from './sql.js';
import type { TextBuffer } from './text-buffer.js';

type Write = (text: string) => string;

const dateLength = '2026-01-01'.length;
const secondsLength = '00:00:00'.length;

/** ISO 8601 with six digits of the second and the offset: clients in Python read no other number of digits. */
function writeTime(text: string): string {
  const end = text.length - '+00'.length;
  const time = text.slice(dateLength + 1, end);
  const seconds = time.length === secondsLength ? `${time}.` : time;
  return `"${text.slice(0, dateLength)}T${seconds.padEnd(secondsLength + 7, '0')}+00:00"`;
}

const quote: Write = (text) => JSON.stringify(text);
/** Without its quotes; a path of UUIDs holds nothing that a string escapes. */
const plainPath = /^[\w/.~-]*$/;
const escapePath: Write = (text) => (plainPath.test(text) ? text : quote(text).slice(1, -1));

/** How a field is written that Postgres does not write; undefined for one that it does, and for links. */
function writerOf(field: Field): Write | undefined {
  if (field.link !== undefined) return undefined;
  if (field.type === 'secrets') return maskText;
  return field.type === 'datetime' && field.sql === undefined ? writeTime : undefined;
}

const isBySql = ([, field]: Selection[number]): boolean => field.link === undefined && writerOf(field) === undefined;

/** For fewer fields there is more to gain by leaving them with the others. */
const fewestRepeated = 8;

function repeatedIn(selection: Selection): Selection {
  const repeated = selection.filter((entry) => isBySql(entry) && entry[1].repeats === true);
  return repeated.length < fewestRepeated ? [] : repeated;
}

/** The fields that Postgres writes as one JSON object. */
function bundledIn(selection: Selection): Selection {
  const repeated = new Set(repeatedIn(selection));
  return selection.filter((entry) => isBySql(entry) && !repeated.has(entry));
}

const isWritten = ([, field]: Selection[number]): boolean => writerOf(field) !== undefined;

/** The columns that links are made of, each once: all links of a node are made of its UUID. */
const linkColumns = (selection: Selection): string[] => [
  ...new Set(selection.flatMap(([, { link }]) => (link === undefined ? [] : columnsIn(link)))),
];

const columnsIn = (link: string): string[] => linkParts(link).filter((_, index) => index % 2 === 1);

const sqlOf = (name: string, field: Field, context: RenderContext): string => field.sql?.(context) ?? `r."${name}"`;

/**
 * The columns of the selection, of the record with the alias `r`, for a {@link RowWriter}: one that holds as JSON what
 * Postgres writes fast, one with all values that many records have alike, one for each field that is faster written here,
 * and what links are made of.
 */
export function columnsOf(selection: Selection, context: RenderContext): string {
  const named = ([name, field]: Selection[number]): string => `${sqlOf(name, field, context)} AS "${name}"`;
  const bundled = bundledIn(selection).map(named);
  const repeated = repeatedIn(selection).map(([name, field]) => sqlOf(name, field, context));
  return [
    bundled.length === 0 ? `'{}'` : `(SELECT row_to_json(item)::text FROM (SELECT ${bundled.join(', ')}) AS item)`,
    ...(repeated.length === 0 ? [] : [`ROW(${repeated.join(', ')})::text`]),
    ...selection.filter(isWritten).map(named),
    ...linkColumns(selection).map((name) => `r."${name}"`),
  ].join(', ');
}

/** Texts that stand before, between and after the places of one value. */
interface Step {
  readonly column: number;
  readonly literals: string[];
}

/** What stands between the values of a row, the same for each row. */
class Template {
  private readonly steps: Step[] = [];
  private literal = '';

  addText(text: string): void {
    this.literal += text;
  }

  /** @param column which of the values stands here */
  addValue(column: number): void {
    const last = this.steps.at(-1);
    if (last?.column === column) last.literals.push(this.literal);
    else this.steps.push({ column, literals: [this.literal] });
    this.literal = '';
  }

  fill(values: readonly string[]): string {
    let text = '';
    for (const { column, literals } of this.steps) {
      const value = values[column] ?? 'null';
      // A node's links repeat its UUID nine times: joining is one operation for all of them.
      text += literals.length === 1 ? literals[0] : literals.join(value);
      text += value;
    }
    return text + this.literal;
  }
}

/** Adds the links to a template; the columns are those of {@link linkColumns}. */
function addLinks(template: Template, path: string, form: LinkForm | undefined, base: string, of: string[]): void {
  const addLink = (root: string, relation: string): void => {
    template.addText(`{"href":${quote(root).slice(0, -1)}`);
    for (const [index, part] of linkParts(path).entries())
      if (index % 2 === 1) template.addValue(of.indexOf(part));
      else template.addText(part);
    template.addText(`","rel":"${relation}"}`);
  };
  template.addText(form === 'nested' ? '[[' : '[');
  addLink(`${base}/v1/`, 'self');
  if (form !== 'self') {
    template.addText(',');
    addLink(`${base}/`, 'bookmark');
  }
  template.addText(form === 'nested' ? ']]' : ']');
}

/**
 * Writes rows as JSON texts. Postgres writes what it writes fast; links, times and masked secrets are put together here
 * from texts, at a third of its cost, and no object is made of a row (docs/adr/0008).
 */
export class RowWriter {
  private readonly template = new Template();
  private readonly writes: readonly Write[];
  private readonly repeated: RepeatedValues | undefined;
  private readonly beforeRepeated: string = '';
  /** The values of the row under way: one array serves all rows. */
  private readonly values: string[] = [];

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
    const repeated = repeatedIn(selection);
    const hasBundle = bundledIn(selection).length > 0;
    if (repeated.length > 0) {
      this.repeated = new RepeatedValues(repeated);
      this.beforeRepeated = hasBundle ? ',' : '';
    }
    const written = selection.filter(isWritten).map(([name]) => name);
    const links = linkColumns(selection);
    const columns = [...written, ...links];
    let separator = hasBundle || repeated.length > 0 ? ',' : '';
    for (const [name, field] of selection.filter((entry) => !isBySql(entry))) {
      this.template.addText(`${separator}"${name}":`);
      if (field.link === undefined) this.template.addValue(written.indexOf(name));
      else addLinks(this.template, field.link, field.linkForm, base, columns);
      separator = ',';
    }
    this.template.addText('}');
    this.writes = [...selection.flatMap(([, field]) => writerOf(field) ?? []), ...links.map(() => escapePath)];
  }

  /** One row as a JSON text. */
  write(row: TextRow): string {
    return this.bundleOf(row) + this.restOf(row);
  }

  /** Appends one row. */
  writeTo(text: TextBuffer, row: TextRow): void {
    text.append(this.bundleOf(row));
    text.append(this.restOf(row));
  }

  /** What Postgres has written, without the brace at its end. */
  private bundleOf(row: TextRow): string {
    return (row[this.from] ?? '{}').slice(0, -1);
  }

  private restOf(row: TextRow): string {
    const first = this.from + (this.repeated === undefined ? 1 : 2);
    // An index instead of an iterator: this is the innermost loop of every answer.
    for (let index = 0; index < this.writes.length; index += 1) {
      const value = row[first + index] ?? null;
      this.values[index] = value === null ? 'null' : (this.writes[index]?.(value) ?? 'null');
    }
    return this.repeatedOf(row) + this.template.fill(this.values);
  }

  private repeatedOf(row: TextRow): string {
    if (this.repeated === undefined) return '';
    return this.beforeRepeated + this.repeated.write(row[this.from + 1] ?? '()');
  }
}
