import type { Field, FieldType, RenderContext } from '../versions/field.js';

/** The placeholder of the base URL of links: it is always the first parameter of a rendering statement. */
const base = '$1';

/** A sealed value as jsonb writes it: always with its keys in this order; a quote within a string is escaped, so that no other text matches. */
const sealedPattern = '\\{"kid": "[^"]*", "\\$sealed": "[^"]*"\\}';
/** A config drive that stands in the record as a reference to where it is kept. */
const referencePattern = '"configdrive": \\{"ref": "[^"]*", "size": \\d+, "sha256": "[^"]*"\\}';

const masked = (text: string): string => `CASE WHEN strpos(${text}, '"$sealed"') > 0
  THEN regexp_replace(${text}, '${sealedPattern}', '"******"', 'g') ELSE ${text} END`;

/** An object with its sealed values masked. */
export const renderMasked = (expression: string): string => `(${masked(`${expression}::text`)})::json`;

/** Like {@link renderMasked}, for an object that may hold a config drive. */
export const renderMaskedInstance = (expression: string): string =>
  `CASE WHEN strpos(${expression}::text, '"sha256"') > 0
    THEN regexp_replace(${masked(`${expression}::text`)}, '${referencePattern}', '"configdrive": "******"', 'g')::json
    ELSE ${renderMasked(expression)} END`;

const link = (path: string, relation: string): string =>
  `'{"href": ' || to_json(${base}::text || ${path}) || ', "rel": "${relation}"}'`;

/** The links of a record: to itself, and the bookmark without the version. Written as text, which is a third of the cost. */
export const renderLinks = (path: string): string =>
  `('[' || ${link(`'/v1/' || ${path}`, 'self')} || ', ' || ${link(`'/' || ${path}`, 'bookmark')} || ']')::json`;

/**
 * ISO 8601 with six digits of the second and the offset: clients in Python read no other number of digits. What JSON makes
 * of a time by itself costs a third, but leaves out zeros at the end; so only such times are written by a format.
 */
export const renderTime = (time: string): string =>
  `CASE WHEN date_part('microseconds', ${time})::integer % 10 = 0
    THEN to_json(to_char(${time}, 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')) ELSE to_json(${time}) END`;

const byType: Partial<Record<FieldType, (column: string) => string>> = {
  datetime: renderTime,
  secrets: renderMasked,
};

/** The SQL that renders one field of the record with the alias `r`. */
export function renderField(name: string, field: Field, context: RenderContext): string {
  const column = `r."${name}"`;
  const expression = field.sql?.(context) ?? byType[field.type]?.(column) ?? column;
  return `${expression} AS "${name}"`;
}

/** A scalar subquery that renders the record with the alias `r` as JSON text. */
export function renderRecord(fields: readonly (readonly [string, Field])[], context: RenderContext): string {
  const columns = fields.map(([name, field]) => renderField(name, field, context)).join(', ');
  return `(SELECT row_to_json(item)::text FROM (SELECT ${columns}) AS item)`;
}
