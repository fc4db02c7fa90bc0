/**
 * What the table of API versions says of a field. A record's fields, their types, who may write them and since when
 * they exist stand in one table a noun (node-fields.ts, port-fields.ts …); validation and presentation derive from it.
 */

/** How a field's value looks on the wire. */
export type FieldType =
  | 'uuid'
  | 'string'
  | 'mac'
  | 'boolean'
  | 'integer'
  | 'object'
  | 'list'
  | 'datetime'
  /** An object whose sealed values are shown as `******`. */
  | 'secrets'
  /** Links, shown only where no fields are asked for. */
  | 'links';

/** Links in other forms: without the bookmark, or as a list within a list. */
export type LinkForm = 'self' | 'nested';

/** What decides how a field is rendered. */
export interface RenderContext {
  /** The minor number of the API version. */
  readonly minor: number;
  /** Whether many records are rendered: what is the same for all of them is better found once, even if that costs more. */
  readonly isList?: boolean;
}

/** One field of a record. */
export interface Field {
  readonly type: FieldType;
  /** The first API version (minor number) that has it; 1 when absent. */
  readonly since?: number;
  /** The last API version that has it. */
  readonly until?: number;
  /** Whether records show it below `since` as well, where it can be neither written nor asked for by its name. */
  readonly shownBelow?: boolean;
  /** Whether a client may give it when the record is created. */
  readonly create?: boolean;
  /** Whether it must be given then. */
  readonly required?: boolean;
  /** Whether a client may patch it. */
  readonly patch?: boolean;
  /** Whether a task may change it by a patch of its own. */
  readonly task?: boolean;
  /** Whether null is refused. */
  readonly notNull?: boolean;
  /** The value of a new record, which the field has again when a patch removes it; null when absent. */
  readonly initial?: boolean | string | number;
  readonly maxLength?: number;
  readonly minLength?: number;
  /** The smallest number that is taken. */
  readonly minimum?: number;
  /** Whether a text of digits is taken for a number too. */
  readonly digits?: boolean;
  /** The members of each item of a list. */
  readonly items?: Fields;
  /** The fewest items that a list has. */
  readonly minItems?: number;
  /** Whether its links stand in a list within a list. */
  readonly isNested?: boolean;
  /** Whether it is taken and never shown. */
  readonly hidden?: boolean;
  /** The values that it may have, where it is an enumeration. */
  readonly values?: readonly string[];
  /** Whether they may be written in either case; they are read in lower case. */
  readonly isCaseless?: boolean;
  /** What is said of a text that is none of them, where clients know it in other words. */
  readonly noneOf?: (text: string) => string;
  /** Whether it may hold a secret, so that no refusal repeats it. */
  readonly isSecret?: boolean;
  /** How a client that gives it is refused below its version, 406 when absent; `unread` is not refused, as if it were not given. */
  readonly below?: 'invalid' | 'unread';
  /** The SQL that renders it, where it is more than the column of its name; what is sealed in secrets is masked afterwards. */
  readonly sql?: (context: RenderContext) => string;
  /** A path below `/v1/` with columns in braces, for a field that holds the links to it: `nodes/{uuid}/ports`. */
  readonly link?: string;
  /** How they are shown: both the link to itself and the bookmark, unless said otherwise. */
  readonly linkForm?: LinkForm;
  /** Whether a list without `fields` and `detail` shows it. */
  readonly listed?: boolean;
  /** Whether most records have one of a few values: these are written as JSON once, not for each record. */
  readonly repeats?: boolean;
  /** Whether lists may be sorted by it; a column that is no JSON, unless said otherwise. */
  readonly sortable?: boolean;
  /** Whether it has no column of its name. */
  readonly virtual?: boolean;
}

/** A noun's fields by their name on the wire. */
export type Fields = Readonly<Record<string, Field>>;

/** The field of that name, which a client may have made up: names that every object has are none. */
export const fieldNamed = (fields: Fields, name: string): Field | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

/** Whether the API version has the field. */
export const isServed = (field: Field, minor: number): boolean =>
  minor >= (field.since ?? 1) && minor <= (field.until ?? Number.POSITIVE_INFINITY);

/** The names of the fields that satisfy the condition, in the order of the table. */
export const fieldsWhere = (fields: Fields, condition: (field: Field, name: string) => boolean): string[] =>
  Object.entries(fields)
    .filter(([name, field]) => condition(field, name))
    .map(([name]) => name);
