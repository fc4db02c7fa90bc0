import type { TextRow } from '@bessemer/database';
import type { FieldType } from '../versions/field.js';

/** A row type as Postgres writes it (`record_out`): values in double quotes where they need them, null as nothing. */
const valuePattern = /[(,](?:"((?:[^"]|"")*)"|([^,)]*))/g;

/**
 * The values of a row that Postgres has written as one text.
 *
 * @param text for example `(f,fake,,"a, ""b""")`
 */
export const valuesOf = (text: string): TextRow =>
  [...text.matchAll(valuePattern)].map(([, quoted, plain = '']) => {
    if (quoted !== undefined) return quoted.replaceAll('""', '"').replaceAll('\\\\', '\\');
    return plain === '' ? null : plain;
  });

const byType: Partial<Record<FieldType, (value: string) => string>> = {
  boolean: (value) => (value === 't' ? 'true' : 'false'),
  integer: (value) => value,
  object: (value) => value,
  list: (value) => value,
};

/** The names and types of fields, in the order of their values. */
export type RepeatedFields = readonly (readonly [string, { readonly type: FieldType }])[];

const mostChoices = 8;
const mostTexts = 1000;
const longestText = 1000;
/** What was written before, for each choice of fields; bounded, since clients choose fields and write values. */
const written = new Map<string, Map<string, string>>();

function textsOf(choice: string): Map<string, string> {
  let texts = written.get(choice);
  if (texts === undefined) {
    if (written.size >= mostChoices) written.clear();
    texts = new Map();
    written.set(choice, texts);
  }
  return texts;
}

/**
 * Writes the values that many records have alike, such as their interfaces and states. They come as one text that
 * Postgres makes faster than any JSON; what was written for a text is remembered, and most rows have one that is known.
 */
export class RepeatedValues {
  private readonly texts: Map<string, string>;

  constructor(private readonly fields: RepeatedFields) {
    this.texts = textsOf(fields.map(([name, { type }]) => `${name} ${type}`).join());
  }

  /** The members of a JSON object, separated by commas and without its braces. */
  write(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    const values = valuesOf(text);
    const members = this.fields.map(([name, { type }], index) => {
      const value = values[index] ?? null;
      return `"${name}":${value === null ? 'null' : (byType[type] ?? JSON.stringify)(value)}`;
    });
    const made = members.join(',');
    if (text.length <= longestText) this.remember(text, made);
    return made;
  }

  private remember(text: string, made: string): void {
    if (this.texts.size >= mostTexts) this.texts.clear();
    this.texts.set(text, made);
  }
}
