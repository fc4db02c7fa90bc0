import type { JsonSchema } from './route.js';

/** JSON schemas of bodies and answers that no table of fields describes. */
export const textSchema = { type: 'string' } as const satisfies JsonSchema;
/** A text or nothing. */
export const optionalTextSchema = { type: ['string', 'null'] } as const satisfies JsonSchema;
/** Anything by name. */
export const mapSchema = { type: 'object', additionalProperties: true } as const satisfies JsonSchema;
/** A list of texts. */
export const textsSchema = { type: 'array', items: textSchema } as const satisfies JsonSchema;

/** An object of the given members, all of which an answer has, and a request needs. */
export const objectSchema = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});

/** Links of a record: to itself, and its bookmark without the version. */
export const linksSchema: JsonSchema = {
  type: 'array',
  items: { type: 'object', properties: { href: { type: 'string', format: 'uri' }, rel: textSchema, type: textSchema } },
};
