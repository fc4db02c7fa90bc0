import { type Field, type Noun, nouns, type Route } from '@bessemer/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';
import { type RecordSample, sampleOfNoun } from './record-samples.js';
import { bodyWith, sampleOf } from './table-samples.js';

const newest = 115;
const version = (minor: number): string => `1.${minor}`;
const since = (field: Field | Route): number => field.since ?? 1;
const isServed = (field: Field, minor: number): boolean => minor >= since(field) && minor <= (field.until ?? newest);
const isShown = (field: Field, minor: number): boolean =>
  field.hidden !== true && (field.shownBelow === true || isServed(field, minor));
const birthOf = ({ routes }: Noun): number => Math.min(...routes.map(since));

/** The versions from which on the noun's records look different. */
function boundaries(noun: Noun): number[] {
  const all = Object.values(noun.fields).flatMap((field) =>
    field.until === undefined ? [since(field)] : [since(field), field.until + 1],
  );
  return [...new Set(all)].filter((minor) => minor > birthOf(noun)).sort((one, other) => one - other);
}

/** The noun's shortest route that satisfies the condition. */
const routeWhere = ({ routes }: Noun, condition: (route: Route) => boolean): Route | undefined =>
  routes.filter(condition).sort((one, other) => one.path.length - other.path.length)[0];

interface FieldCase {
  readonly name: string;
  readonly field: Field;
  readonly route: Route;
  /** The last version that lacks the field, and has everything else that the request needs. */
  readonly before: number;
}

/** The fields that came after what else the route needs. */
function cases(noun: Noun, route: Route | undefined, needed: number, wanted: (field: Field) => boolean): FieldCase[] {
  if (route === undefined) return [];
  return Object.entries(noun.fields)
    .filter(([, field]) => wanted(field) && since(field) - 1 >= Math.max(needed, since(route)))
    .map(([name, field]) => ({ name, field, route, before: since(field) - 1 }));
}

const listRoute = (noun: Noun): Route | undefined =>
  routeWhere(
    noun,
    ({ answer, query, path }) =>
      answer !== undefined && 'list' in answer && query?.['fields'] !== undefined && !path.includes(':'),
  );
const asked = nouns.flatMap((noun) => {
  const route = listRoute(noun);
  return cases(
    noun,
    route,
    route?.query?.['fields']?.since ?? 1,
    ({ type, hidden }) => type !== 'links' && hidden !== true,
  );
});
const created = nouns.flatMap((noun) =>
  cases(
    noun,
    routeWhere(noun, ({ body }) => body !== undefined && 'create' in body),
    1,
    ({ create }) => create === true,
  ).map((one) => ({ ...one, noun })),
);
const patched = nouns.flatMap((noun) =>
  cases(
    noun,
    routeWhere(noun, ({ body, path }) => body !== undefined && 'patch' in body && path.includes(':')),
    1,
    ({ patch }) => patch === true,
  ).map((one) => ({ ...one, noun })),
);
const named = <T extends FieldCase>(all: readonly T[]): [string, T][] =>
  all.map((one) => [`${one.name} of ${one.route.method} ${one.route.path}`, one]);

describe('the tables of fields', () => {
  let sut: ApiFixture;
  const made = new Map<string, Promise<RecordSample>>();
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  function recordOf({ name }: Noun): Promise<RecordSample> {
    const sample = made.get(name) ?? sampleOfNoun(name, sut);
    made.set(name, sample);
    return sample;
  }

  const changing = nouns.filter((noun) => boundaries(noun).length > 0);
  it.each(changing.map((noun) => [noun.name, noun] as const))(
    'shows of a %s at each version what that version has',
    async (_, noun) => {
      const { path, recordIn = (body) => body } = await recordOf(noun);
      for (const minor of boundaries(noun).flatMap((boundary) => [boundary - 1, boundary])) {
        const { body } = await sut.get(path, version(minor));
        const expected = Object.keys(noun.fields).filter((name) => {
          const field = noun.fields[name];
          return field !== undefined && isShown(field, minor);
        });
        expect([minor, Object.keys(Object(recordIn(body))).sort()]).toEqual([minor, expected.sort()]);
      }
    },
  );

  it.each(named(asked))('lets readers ask for %s from its version on', async (_, { name, route, before }) => {
    const path = `${route.path}?fields=${name}`;
    expect((await sut.get(path, version(before + 1))).status).toBe(200);
    expect((await sut.get(path, version(before))).status).toBe(406);
  });

  it.each(named(created))('takes %s from its version on', async (_, { name, route, noun, before }) => {
    const body = bodyWith(noun.fields, name);
    const post = (minor: number) => sut.request('POST', route.path, { body, version: version(minor) });
    expect((await post(before)).status).toBe(406);
    expect((await post(before + 1)).status).not.toBe(406);
  });

  it.each(named(patched))('takes %s from its version on', async (_, { name, field, noun, before }) => {
    const { path } = await recordOf(noun);
    const body = [{ op: 'add', path: `/${name}`, value: sampleOf(field) }];
    const patch = (minor: number) => sut.request('PATCH', path, { body, version: version(minor) });
    expect((await patch(before)).status).toBe(406);
    expect((await patch(before + 1)).status).not.toBe(406);
  });
});
