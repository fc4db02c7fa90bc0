import { type Field, type Fields, isServed } from './field.js';
import type { JsonSchema } from './route.js';
import { linksSchema } from './schemas.js';
import { newestMinor, versionText } from './version.js';

const types: Readonly<Record<Field['type'], JsonSchema>> = {
  uuid: { type: 'string', format: 'uuid' },
  string: { type: 'string' },
  mac: { type: 'string', pattern: '^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  object: { type: 'object', additionalProperties: true },
  list: { type: 'array', items: {} },
  datetime: { type: 'string', format: 'date-time' },
  secrets: {
    type: 'object',
    additionalProperties: true,
    description: 'Values that are secret are shown as `******`; `******` sent back keeps the stored value.',
  },
  links: linksSchema,
};

/** Types that are never shown as null: an empty one stands for it. */
const neverNull = new Set<Field['type']>(['object', 'secrets', 'list', 'links']);

function nullable(schema: JsonSchema): JsonSchema {
  const values = schema['enum'];
  return {
    ...schema,
    type: [schema['type'], 'null'],
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  };
}

/** Since when there is something, for readers and for programs. */
export const sinceOf = (since: number | undefined): JsonSchema =>
  since === undefined || since === 1 ? {} : { 'x-openstack-ironic-since': versionText(since) };

function fieldSchema(name: string, field: Field): JsonSchema {
  const type: JsonSchema = name === 'links' ? linksSchema : types[field.type];
  const schema: JsonSchema = {
    ...type,
    ...(field.values === undefined ? {} : { enum: field.values }),
    ...(field.minLength === undefined ? {} : { minLength: field.minLength }),
    ...(field.maxLength === undefined ? {} : { maxLength: field.maxLength }),
    ...(field.minimum === undefined ? {} : { minimum: field.minimum }),
    ...(field.isNested === true ? { items: type } : {}),
    ...(field.items === undefined ? {} : { items: membersSchema(field.items) }),
    ...(field.minItems === undefined ? {} : { minItems: field.minItems }),
    ...(field.initial === undefined ? {} : { default: field.initial }),
  };
  const isNullable = !neverNull.has(field.type) && field.notNull !== true && name !== 'uuid';
  return { ...(isNullable ? nullable(schema) : schema), ...sinceOf(field.since) };
}

const served = (fields: Fields): [string, Field][] =>
  Object.entries(fields).filter(([, field]) => isServed(field, newestMinor));

const propertiesOf = (fields: readonly [string, Field][]): JsonSchema =>
  Object.fromEntries(fields.map(([name, field]) => [name, fieldSchema(name, field)]));

/** A record as the newest version shows it. */
export const recordSchema = (fields: Fields): JsonSchema => ({
  type: 'object',
  properties: propertiesOf(served(fields).filter(([, field]) => field.hidden !== true)),
});

/** The body that creates a record. */
export function newRecordSchema(fields: Fields): JsonSchema {
  const given = served(fields).filter(([, field]) => field.create === true);
  const required = given.filter(([, field]) => field.required === true).map(([name]) => name);
  return {
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties: propertiesOf(given),
    additionalProperties: false,
  };
}

/** The body of a request that is no record; an open one may hold other members. */
export function membersSchema(fields: Fields, isOpen = false): JsonSchema {
  const given = served(fields);
  const required = given.filter(([, field]) => field.required === true).map(([name]) => name);
  return {
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties: propertiesOf(given),
    additionalProperties: isOpen,
  };
}

/** A JSON patch of a record: which paths it may name. */
export function patchSchema(fields: Fields): JsonSchema {
  const names = served(fields)
    .filter(([, field]) => field.patch === true)
    .map(([name]) => name);
  return {
    type: 'array',
    items: {
      type: 'object',
      required: ['op', 'path'],
      properties: {
        op: { type: 'string', enum: ['add', 'replace', 'remove'] },
        path: { type: 'string', pattern: `^/(${names.join('|')})(/.*)?$` },
        value: {},
      },
      additionalProperties: false,
    },
  };
}
