import type { Field, Fields, JsonSchema, Parameters, RouteBody } from '@bessemer/api';
import fc from 'fast-check';
import { knownNames, knownUuids } from './planted-records.js';

const lone = '\ud800';
const prototypeKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '$sealed', 'kid'];

/** Texts that break things. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    lone,
    `a${lone}`,
    '\udfff',
    '\u202e',
    '..',
    '../..',
    '%',
    '%00',
    '%s%n',
  ),
  fc.constantFrom("'", '"', '\\', "'; DROP TABLE nodes; --", '$1{}', '{{7*7}}', 'null', 'NaN'),
  fc.constantFrom(
    '******',
    'a'.repeat(256),
    'a'.repeat(5000),
    'é',
    '日本',
    '\ud83d\ude00',
    '2026-13-45T99:99:99',
    '1e999',
    ...prototypeKeys,
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const knownText = fc.constantFrom(
  ...knownNames,
  ...knownUuids,
  'fake-hardware',
  'fake',
  'crowd',
  'CUSTOM_A',
  'pxe',
  'on',
);

/** Any JSON at all. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  fc.constantFrom(null, true, false, 0, -1, 1.5, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e308, [], {}),
  fc.integer(),
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(fc.oneof(oddText, fc.constantFrom(...prototypeKeys)), oddText, { maxKeys: 4 }),
  fc.array(oddText, { maxLength: 4 }),
  fc.integer({ min: 20, max: 30 }).map((depth) => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
    return value;
  }),
);

const uuid = fc.oneof(
  fc.constantFrom(...knownUuids),
  fc.uuid(),
  fc.uuid().map((text) => text.toUpperCase()),
);
const mac = fc.integer({ min: 0, max: 40 }).map((last) => `02:00:00:00:01:${Buffer.from([last]).toString('hex')}`);
const keyed = fc.dictionary(
  fc.oneof(fc.constantFrom('a', 'image_source', 'capabilities', 'cpus', 'links'), oddText),
  anyJson,
  {
    maxKeys: 3,
  },
);

function ofType(field: Pick<Field, 'type' | 'values' | 'maxLength'>): fc.Arbitrary<unknown> {
  if (field.values !== undefined) return fc.constantFrom(...field.values);
  switch (field.type) {
    case 'uuid':
      return uuid;
    case 'mac':
      return mac;
    case 'boolean':
      return fc.constantFrom(true, false, 'true', 'no', 1);
    case 'integer':
      return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom(-1, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1));
    case 'object':
    case 'secrets':
      return keyed;
    case 'list':
      return fc.array(fc.oneof(knownText, keyed), { maxLength: 3 });
    default:
      return fc.oneof(knownText, fc.string({ maxLength: 10 }), fc.constant('x'.repeat((field.maxLength ?? 300) + 1)));
  }
}

/** Values with which a request gets far, by the end of the field's name. */
const fitting: readonly (readonly [RegExp, fc.Arbitrary<unknown>])[] = [
  [/^driver$/, fc.constant('fake-hardware')],
  [/_interface$/, fc.constantFrom('fake', 'other', 'noop')],
  [/^(node|parent_node|node_uuid|node_ident)$/, fc.constantFrom(...knownUuids.slice(0, knownNames.length))],
  [/^(conductor_group|owner)$/, fc.constantFrom('', null)],
  [/^resource_class$/, fc.constantFrom('crowd', 'other')],
  [/^traits$/, fc.subarray(['CUSTOM_A', 'CUSTOM_B'])],
  [/^mode$|^type$|^phase$/, fc.constantFrom('active-backup', 'iqn', 'main')],
];

/** Mostly as the table wants it. */
function usually(name: string, field: Field): fc.Arbitrary<unknown> {
  const fits = fitting.find(([pattern]) => pattern.test(name))?.[1];
  return fc.oneof(
    { weight: 10, arbitrary: fits ?? ofType(field) },
    { weight: 1, arbitrary: ofType(field) },
    { weight: 1, arbitrary: anyJson },
  );
}

function recordOf(fields: Fields, isUsual: (field: Field) => boolean): fc.Arbitrary<unknown> {
  const usual = Object.entries(fields).filter(([, field]) => isUsual(field));
  const unusual = Object.entries(fields).filter(([, field]) => !isUsual(field));
  const required = usual.filter(([, field]) => field.required === true).map(([name]) => name);
  const model = Object.fromEntries(usual.map(([name, field]) => [name, usually(name, field)]));
  const some = fc.record(model, { requiredKeys: required }).chain((all) => {
    const optional = Object.keys(all).filter((name) => !required.includes(name));
    return fc
      .subarray(optional, { maxLength: Math.min(4, optional.length) })
      .map((names) => Object.fromEntries([...required, ...names].map((name) => [name, all[name]])));
  });
  const odd = fc.tuple(
    some,
    fc.oneof(fc.constantFrom(...unusual.map(([name]) => name), 'colour', ...prototypeKeys), oddText),
    anyJson,
  );
  return fc.oneof(
    { weight: 12, arbitrary: some },
    {
      weight: 1,
      arbitrary: odd.map(([record, name, value]) => Object.fromEntries([...Object.entries(record), [name, value]])),
    },
  );
}

function patchOf(fields: Fields): fc.Arbitrary<unknown> {
  const names = Object.keys(fields);
  const operation = fc
    .record({
      op: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom('add', 'replace', 'remove') },
        fc.constantFrom('test', 'move', 7),
      ),
      name: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, oddText),
      below: fc.oneof(
        { weight: 3, arbitrary: fc.constant('') },
        fc.constantFrom('/a', '/-', '/0', '/a/b', '/__proto__/x', '/constructor', '/a~1b', '/', '/$sealed', '/kid'),
      ),
    })
    .chain(({ op, name, below }) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      const value = field === undefined || below !== '' ? anyJson : usually(name, field);
      return value.map((given) => ({ op, path: `/${name}${below}`, ...(op === 'remove' ? {} : { value: given }) }));
    });
  return fc.array(operation, { maxLength: 4 });
}

/** What is required, and rarely more than one thing besides, since most do not go together. */
function membersOf(
  properties: Readonly<Record<string, JsonSchema>>,
  required: unknown,
  depth: number,
): fc.Arbitrary<unknown> {
  const needed = Array.isArray(required) ? required.map(String) : [];
  const members = Object.entries(properties).map(([name, inner]) =>
    fc
      .oneof({ weight: 12, arbitrary: schemed(inner, depth + 1) }, { weight: 1, arbitrary: anyJson })
      .map((value) => [name, value] as const),
  );
  const isNeeded = Object.keys(properties).map((name) => needed.includes(name));
  const besides = fc.oneof(
    { weight: 3, arbitrary: fc.constant<number[]>([]) },
    fc.array(fc.nat(members.length), { maxLength: 2 }),
  );
  return fc
    .tuple(fc.tuple(...members), besides)
    .map(([all, more]) =>
      Object.fromEntries(all.filter((_, index) => isNeeded[index] === true || more.includes(index))),
    );
}

function schemed(schema: JsonSchema, depth = 0): fc.Arbitrary<unknown> {
  const { type, enum: values, properties, items } = schema;
  if (Array.isArray(values) && values.length > 0) return fc.constantFrom(...values);
  const kind = Array.isArray(type) ? type[0] : type;
  if (kind === 'object' && typeof properties === 'object' && properties !== null && depth < 5)
    return membersOf(properties as Readonly<Record<string, JsonSchema>>, schema['required'], depth);
  if (kind === 'array' && depth < 5) return fc.array(schemed((items ?? {}) as JsonSchema, depth + 1), { maxLength: 3 });
  if (kind === 'boolean') return fc.boolean();
  if (kind === 'integer' || kind === 'number') return ofType({ type: 'integer' });
  if (kind === 'string') return fc.oneof(knownText, fc.string({ maxLength: 8 }));
  return anyJson;
}

/** Bodies near to what a route takes. */
export function bodyOf(body: RouteBody | undefined): fc.Arbitrary<unknown> {
  if (body === undefined) return anyJson;
  if ('create' in body) return recordOf(body.create, (field) => field.create === true);
  if ('patch' in body) return patchOf(body.patch);
  if ('members' in body) return recordOf(body.members, () => true);
  return schemed(body.schema);
}

/** Query strings near to what a route takes; without the question mark. */
export function queryOf(parameters: Parameters = {}): fc.Arbitrary<string> {
  const value = fc.oneof(
    knownText,
    oddText,
    fc.constantFrom('true', '1', '-1', '0', '99999999999999999999', 'uuid,name', 'desc', 'id'),
  );
  const name = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('limit', 'marker', 'sort_key', 'fields', 'detail', ...Object.keys(parameters)),
    },
    fc.constantFrom('fields[]', 'a[b]', '', ...prototypeKeys),
  );
  return fc
    .array(fc.tuple(name, value), { maxLength: 3 })
    .map((pairs) => pairs.map(([key, text]) => `${encoded(key)}=${encoded(text)}`).join('&'));
}

/** As in a URL; a lone surrogate becomes what browsers make of it. */
export const encoded = (text: string): string => encodeURIComponent(Buffer.from(text).toString());
