import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture } from '../api-fixture.js';
import { faultOf, inner } from './wire.js';

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123';
const missing = '1be26c0b-03f2-4d2e-ae87-c02d7f33cfff';
const namesIn = (answer: Answer): unknown[] => (answer.body['nodes'] as { name: unknown }[]).map(({ name }) => name);

describe('queries (§0.4)', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    for (const name of ['there', 'second', 'third', 'fourth.json'])
      await sut.node({ name, resource_class: 'baremetal', ...(name === 'there' ? { uuid } : {}) });
  });
  afterAll(() => sut.stop());

  const list = (query: string, version = '1.115'): Promise<Answer> => sut.get(`/v1/nodes?${query}`, version);
  const firstOf = ({ body }: Answer): unknown => Object.keys((body['nodes'] as object[])[0] ?? {}).sort();

  it.each([
    'fields=name,uuid',
    'fields=name&fields=uuid',
    'fields=%20name%20,%20UUID',
    'fields=Name,name,uuid,uuid',
    'fields=name,uuid,links',
  ])('%s chooses name and uuid, and links always', async (query) => {
    expect(firstOf(await list(query))).toEqual(['links', 'name', 'uuid']);
  });

  it.each([
    ['fields=uuid&detail=True', '1.115', 400],
    ['fields=uuid&detail=False', '1.115', 200],
    ['fields=uuid', '1.7', 406],
    ['fields=uuid', '1.8', 200],
    ['detail=True', '1.42', 400],
    ['detail=True', '1.43', 200],
    ['fields=nonsense', '1.115', 400],
    ['fields=owner', '1.49', 406],
    ['limit=0', '1.115', 400],
    ['limit=-1', '1.115', 400],
    ['limit=abc', '1.115', 400],
    ['limit=1.5', '1.115', 400],
    ['limit=', '1.115', 400],
    ['limit=99999999999999', '1.115', 200],
    ['limit=99999999999999999999', '1.115', 400],
    ['limit=1&limit=2', '1.115', 400],
    [`marker=${missing}`, '1.115', 404],
    ['marker=nonsense', '1.115', 400],
    ['sort_dir=up', '1.115', 400],
    ['sort_key=nonsense', '1.115', 400],
    ['sort_key=extra', '1.115', 400],
    ['sort_key=properties', '1.115', 400],
    ['sort_key=traits', '1.115', 400],
    ['sort_key=links', '1.115', 400],
    ['sort_key=name&sort_dir=desc', '1.115', 200],
    ['nonsense=1', '1.115', 400],
    ['owner=a&owner=b', '1.115', 400],
    ['maintenance=maybe', '1.115', 400],
    ['associated=', '1.115', 400],
    ['instance_uuid=nonsense', '1.115', 400],
    ['owner=me', '1.49', 406],
    ['driver=fake-hardware', '1.15', 406],
  ])('answers %s at %s with %i', async (query, version, status) => {
    const answer = await list(query, version);
    expect([answer.status, answer.fault]).toEqual([status, expect.anything()]);
    if (status >= 400) expect(inner(answer)).toEqual(faultOf('Client'));
  });

  it('names all unknown arguments', async () => {
    expect((await list('colour=red&size=1')).fault).toBe('Unexpected arguments: colour, size');
  });

  it.each(['true', 'True', 'TRUE', 't', 'yes', 'y', 'on', '1'])('takes %s for true', async (word) => {
    expect((await list(`maintenance=${word}`)).body['nodes']).toEqual([]);
    const body = { driver: 'fake-hardware', retired: word };
    const made = await sut.request('POST', '/v1/nodes', { body });
    expect([made.status, made.body['retired']]).toEqual([201, true]);
    await sut.request('DELETE', `/v1/nodes/${made.body['uuid']}`);
  });

  it.each(['false', 'False', 'f', 'no', 'n', 'off', '0'])('takes %s for false', async (word) => {
    expect((await list(`maintenance=${word}`)).body['nodes']).not.toEqual([]);
  });

  it('links to the next page while there may be one, filters and order included', async () => {
    const seen: unknown[] = [];
    let url = '/v1/nodes?limit=2&sort_key=name&sort_dir=desc&resource_class=baremetal&fields=uuid,name';
    for (let page = 0; page < 5 && url !== ''; page += 1) {
      const answer = await sut.get(url);
      seen.push(...namesIn(answer));
      const next = answer.body['next'];
      if (next === undefined) break;
      const link = new URL(String(next));
      expect(link.origin).toBe(sut.api.url);
      expect(Object.fromEntries(link.searchParams)).toEqual({
        limit: '2',
        marker: expect.any(String),
        sort_key: 'name',
        sort_dir: 'desc',
        resource_class: 'baremetal',
        fields: 'uuid,name',
      });
      url = link.pathname + link.search;
    }
    expect(seen).toEqual(['third', 'there', 'second', 'fourth.json']);
  });

  it('has no link on a page that is not full', async () => {
    expect((await list('limit=100')).body).not.toHaveProperty('next');
  });

  it('links each record to itself, with and without the version', async () => {
    const { links } = await sut.shown(uuid);
    expect(links).toEqual([
      { href: `${sut.api.url}/v1/nodes/${uuid}`, rel: 'self' },
      { href: `${sut.api.url}/nodes/${uuid}`, rel: 'bookmark' },
    ]);
  });

  it('takes a UUID in capitals', async () => {
    const capital = uuid.toUpperCase();
    expect((await sut.shown(capital))['uuid']).toBe(uuid);
    expect((await list(`marker=${capital}&limit=1`)).status).toBe(200);
    expect((await sut.get(`/v1/ports?node_uuid=${capital}`)).status).toBe(200);
    expect((await sut.get(`/v1/lookup?node_uuid=${capital}`)).status).toBe(404);
    const port = { node_uuid: capital, address: '52:54:00:00:00:01' };
    expect((await sut.request('POST', '/v1/ports', { body: port })).body['node_uuid']).toBe(uuid);
    const made = await sut.request('POST', '/v1/nodes', {
      body: { driver: 'fake-hardware', uuid: missing.toUpperCase() },
    });
    expect(made.body['uuid']).toBe(missing);
    await sut.request('DELETE', `/v1/nodes/${missing.toUpperCase()}`);
    expect((await sut.get(`/v1/nodes/${missing}`)).status).toBe(404);
  });

  it('shows times in ISO 8601 with an offset, empty objects and lists as such', async () => {
    const node = await sut.shown('second');
    expect(node['created_at']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/);
    expect(node).toMatchObject({ driver_info: {}, instance_info: {}, properties: {}, traits: [], updated_at: null });
  });
});

describe('patches (§0.5)', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    await sut.node({ name: 'there', uuid });
  });
  afterAll(() => sut.stop());

  const patch = (...operations: unknown[]): Promise<Answer> =>
    sut.request('PATCH', `/v1/nodes/${uuid}`, { body: operations });

  it.each<[string, unknown]>([
    ['another operation', { op: 'move', from: '/name', path: '/extra/a' }],
    ['no operation', { path: '/extra/a', value: 1 }],
    ['no path', { op: 'add', value: 1 }],
    ['no value', { op: 'add', path: '/extra/a' }],
    ['the whole record', { op: 'replace', path: '', value: {} }],
    ['a path without a slash', { op: 'replace', path: 'name', value: 'x' }],
    ['an unknown field', { op: 'add', path: '/colour', value: 'red' }],
    ['a field that only the service sets', { op: 'replace', path: '/created_at', value: null }],
    ['what is not there', { op: 'remove', path: '/extra/nothing' }],
    ['what is no object', 'name'],
    ['nothing', null],
  ])('refuses %s', async (_, operation) => {
    const before = await sut.shown(uuid);
    const answer = await patch({ op: 'add', path: '/extra/first', value: 1 }, operation);
    expect([answer.status, inner(answer)]).toEqual([400, faultOf('Client')]);
    expect(await sut.shown(uuid)).toEqual(before);
  });

  it('removes a field by making it null, and answers with the whole record', async () => {
    await patch({ op: 'add', path: '/description', value: 'here' });
    const answer = await patch({ op: 'remove', path: '/description' });
    expect(answer.status).toBe(200);
    const { reservation: _, ...record } = answer.body;
    expect(await sut.shown(uuid)).toMatchObject(record);
    expect(answer.body['description']).toBeNull();
  });

  it('applies one operation after another', async () => {
    const answer = await patch(
      { op: 'add', path: '/extra/list', value: [] },
      { op: 'add', path: '/extra/list/-', value: 1 },
      { op: 'replace', path: '/extra/list/0', value: 2 },
    );
    expect(answer.body['extra']).toEqual({ list: [2] });
  });
});
