import type { Field, FieldType, LinkForm, RenderContext } from '../versions/field.js';

/** The placeholder of the base URL of links: it is always the first parameter of a rendering statement. */
const base = '$1';

/** A sealed value as jsonb writes it: always with its keys in this order; a quote within a string is escaped, so that no other text matches. */
const sealedPattern = '\\{"kid": "[^"]*", "\\$sealed": "[^"]*"\\}';
/** A config drive that stands in the record as a reference to where it is kept. */
const referencePattern = '"configdrive": \\{"ref": "[^"]*", "size": \\d+, "sha256": "[^"]*"\\}';

/** An object with its sealed values and its config drive masked. */
export const renderMasked = (expression: string): string => `CASE
  WHEN strpos(${expression}::text, '"$sealed"') > 0 OR strpos(${expression}::text, '"sha256"') > 0
  THEN regexp_replace(regexp_replace(${expression}::text, '${sealedPattern}', '"******"', 'g'),
    '${referencePattern}', '"configdrive": "******"', 'g')::json
  ELSE ${expression}::json END`;

const sealed = new RegExp(sealedPattern, 'g');
const reference = new RegExp(referencePattern, 'g');

/** What {@link renderMasked} does, for an object as jsonb writes it. */
export const maskText = (text: string): string =>
  text.includes('"$sealed"') || text.includes('"sha256"')
    ? text.replaceAll(sealed, '"******"').replaceAll(reference, '"configdrive": "******"')
    : text;

/** A path with columns in braces: every second part names a column. */
export const linkParts = (link: string): string[] => link.split(/\{(\w+)\}/);

const pathOf = (link: string): string =>
  linkParts(link)
    .map((part, index) => (index % 2 === 1 ? `r."${part}"` : `'${part}'`))
    .filter((part) => part !== "''")
    .join(' || ');

const link = (path: string, relation: string): string =>
  `'{"href": ' || to_json(${base}::text || ${path}) || ', "rel": "${relation}"}'`;

/** The links of a record: to itself, and the bookmark without the version. Written as text, which is a third of the cost. */
function renderLinks(path: string, form: LinkForm | undefined): string {
  const self = link(`'/v1/' || ${path}`, 'self');
  if (form === 'self') return `('[' || ${self} || ']')::json`;
  const both = `'[' || ${self} || ', ' || ${link(`'/' || ${path}`, 'bookmark')} || ']'`;
  return form === 'nested' ? `('[' || ${both} || ']')::json` : `(${both})::json`;
}

/**
 * ISO 8601 with six digits of the second and the offset: clients in Python read no other number of digits. What JSON makes
 * of a time by itself costs a third, but leaves out zeros at the end; so only such times are written by a format.
 */
export const renderTime = (time: string): string =>
  `CASE WHEN date_part('microseconds', ${time})::integer % 10 = 0
    THEN to_json(to_char(${time}, 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')) ELSE to_json(${time}) END`;

const byType: Partial<Record<FieldType, (expression: string) => string>> = {
  datetime: renderTime,
  secrets: renderMasked,
};

/** The SQL that renders one field of the record with the alias `r`. */
export function renderField(name: string, field: Field, context: RenderContext): string {
  if (field.link !== undefined) return `${renderLinks(pathOf(field.link), field.linkForm)} AS "${name}"`;
  const given = field.sql?.(context);
  if (given !== undefined && field.type !== 'secrets') return `${given} AS "${name}"`;
  const expression = given === undefined ? `r."${name}"` : `(${given})`;
  return `${byType[field.type]?.(expression) ?? expression} AS "${name}"`;
}

/** A scalar subquery that renders the record with the alias `r` as JSON text. */
export function renderRecord(fields: readonly (readonly [string, Field])[], context: RenderContext): string {
  const columns = fields.map(([name, field]) => renderField(name, field, context)).join(', ');
  return `(SELECT row_to_json(item)::text FROM (SELECT ${columns}) AS item)`;
}
