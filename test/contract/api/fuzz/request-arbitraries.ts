import { type Route, routes } from '@bessemer/api';
import fc from 'fast-check';
import { knownNames, knownUuids } from './planted-records.js';
import { anyJson, bodyOf, encoded, oddText, queryOf } from './value-arbitraries.js';

/** A request as it goes out. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const oddSegments = [
  '',
  '.',
  '..',
  '%2e%2e',
  '%2F',
  '%00',
  '%zz',
  '%c3%28',
  '%ff',
  'detail',
  'x.json',
  '{}',
  '%20',
  'a;b',
  'A'.repeat(1200),
];
const otherSegments = [
  'led@system',
  '02:00:00:00:01:01',
  'CUSTOM_A',
  'fake-hardware',
  'conductor-double',
  'virtualization',
  'latest',
];

const segment: fc.Arbitrary<string> = fc.oneof(
  { weight: 24, arbitrary: fc.constantFrom(...knownUuids.slice(0, knownNames.length)) },
  { weight: 3, arbitrary: fc.constantFrom(...knownNames, ...knownUuids) },
  { weight: 2, arbitrary: fc.constantFrom(...otherSegments) },
  { weight: 2, arbitrary: fc.constantFrom(...oddSegments) },
  { weight: 1, arbitrary: oddText.map(encoded) },
);

function pathOf(route: Route): fc.Arbitrary<string> {
  const parts = route.path.split('/').map((part) => (part.startsWith(':') ? segment : fc.constant(part)));
  const path = fc.tuple(...parts).map((segments) => segments.join('/'));
  const bent = fc
    .tuple(path, segment, fc.constantFrom('/', '//', '.json', '/..', ''))
    .map(([text, more, end]) => `${text}/${more}${end}`);
  return fc.oneof(
    { weight: 12, arbitrary: path },
    { weight: 1, arbitrary: bent },
    { weight: 1, arbitrary: path.map((text) => `${text}.json`) },
    { weight: 1, arbitrary: path.map((text) => text.replace('/v1', '') || '/') },
  );
}

const version = fc.oneof(
  { weight: 14, arbitrary: fc.constant('1.115') },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 115 }).map((minor) => `1.${minor}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'latest',
      '1.0',
      '1.116',
      '2.1',
      '',
      'x',
      '1',
      '1.1.1',
      '-1.1',
      '1.99999999999999999999',
    ),
  },
);
// What no HTTP client sends is the parser's business, not ours.
const headerText = fc
  .string({ unit: 'binary-ascii', maxLength: 30 })
  .map((text) => text.replaceAll(/[^\x20-\x7e]/g, '~').trim());
const rare = (values: readonly string[]): fc.Arbitrary<string | undefined> =>
  fc.oneof(
    { weight: 80, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: fc.constantFrom(...values) },
    headerText,
  );

const headers = fc
  .record({
    'x-openstack-ironic-api-version': version,
    'openstack-api-version': rare(['baremetal 1.82', 'compute 2.1, baremetal latest', 'baremetal']),
    accept: rare(['application/json', 'text/html', '*/*;q=0.1', 'text/event-stream', ',']),
    'content-type': fc.oneof(
      { weight: 30, arbitrary: fc.constant('application/json') },
      fc.constantFrom(
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        'application/json; charset=utf-16',
        'x',
      ),
    ),
    'if-match': rare(['*', '"1"', 'W/"1"', '"99999999999"', '""', '1, 2']),
    'if-none-match': rare(['*', '"1"']),
    authorization: rare(['Basic YTpi', 'Basic !!!!', 'Bearer x', 'Bearer a-token', 'Basic Og==']),
    'x-auth-token': rare(['x']),
    'x-project-id': rare(['team', knownUuids[0] ?? '']),
    'x-roles': rare(['admin', 'reader,member']),
    'x-user-id': rare(['someone']),
    'openstack-system-scope': rare(['all', 'none']),
    'last-event-id': rare(['0', '-1', '18446744073709551616']),
    'x-forwarded-host': rare(['192.0.2.1', 'a b']),
  })
  .map(
    (all): Record<string, string> =>
      Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  );

function textOf(route: Route): fc.Arbitrary<string | null> {
  const near = bodyOf(route.body).map((value) => JSON.stringify(value) ?? '');
  return fc.oneof(
    { weight: 12, arbitrary: route.body === undefined ? fc.constant(null) : near },
    { weight: 2, arbitrary: anyJson.map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', '{', '[1,', 'nul', '"\\ud800"', '\ufeff{}', '1e999', '{"a":1,"a":2}', "{'a':1}"),
    },
    { weight: 1, arbitrary: near.map((text) => text.slice(0, -1)) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function requestTo(route: Route): fc.Arbitrary<FuzzRequest> {
  const method = fc.oneof(
    { weight: 30, arbitrary: fc.constant(route.method as string) },
    fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
  );
  const query = fc.oneof(
    { weight: route.query === undefined ? 12 : 2, arbitrary: fc.constant('') },
    { weight: 2, arbitrary: queryOf(route.query) },
  );
  return fc
    .record({ method, path: pathOf(route), query, headers, body: textOf(route) })
    .map(({ query: text, path, ...rest }) => ({
      ...rest,
      path: text === '' ? path : `${path}?${text}`,
    }));
}

/** Requests to all routes, each as likely as the others but for the removal of what the rest is about. */
export const anyRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  ...routes.map((route) => ({ weight: route.method === 'DELETE' ? 1 : 4, arbitrary: requestTo(route) })),
);

/** A body that is larger than the route takes, or as deep as can be. */
export const oversized: readonly string[] = [
  JSON.stringify({ extra: { a: 'x'.repeat(1024 * 1024) } }),
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  `{"extra":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
];
