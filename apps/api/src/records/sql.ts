import type { Field, FieldType, RenderContext } from '../versions/field.js';

/** The placeholder of the base URL of links: it is always the first parameter of a rendering statement. */
const base = '$1';

/** ISO 8601 with microseconds and offset, as clients of Ironic know it. */
export const renderTime = (expression: string): string =>
  `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')`;

/**
 * An object with its sealed values masked. jsonb writes the keys of a sealed value in this order always, and a quote in
 * a string is escaped, so that no other text matches.
 */
export const renderMasked = (expression: string): string =>
  `CASE WHEN ${expression}::text LIKE '%"$sealed"%' OR ${expression}::text LIKE '%"sha256"%'
    THEN regexp_replace(regexp_replace(${expression}::text, '\\{"kid": "[^"]*", "\\$sealed": "[^"]*"\\}', '"******"', 'g'),
      '"configdrive": \\{"ref": "[^"]*", "size": \\d+, "sha256": "[^"]*"\\}', '"configdrive": "******"', 'g')::json
    ELSE ${expression}::json END`;

/** The links of a record: to itself, and the bookmark without the version. */
export const renderLinks = (path: string): string =>
  `json_build_array(json_build_object('href', ${base}::text || '/v1/' || ${path}, 'rel', 'self'),
    json_build_object('href', ${base}::text || '/' || ${path}, 'rel', 'bookmark'))`;

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
