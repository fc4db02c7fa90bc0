import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture } from './api-fixture.js';
import { eventsOf } from './published-events.js';

describe('chassis', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const create = (body: object = {}): Promise<Answer> => sut.request('POST', '/v1/chassis', { body });
  const chassis = async (body: object = {}): Promise<string> => String((await create(body)).body['uuid']);
  const patch = (uuid: string, ...body: object[]): Promise<Answer> =>
    sut.request('PATCH', `/v1/chassis/${uuid}`, { body });
  const remove = (uuid: string): Promise<Answer> => sut.request('DELETE', `/v1/chassis/${uuid}`);
  const uuidsIn = (answer: Answer, plural: string): unknown[] =>
    (answer.body[plural] as { uuid: string }[]).map(({ uuid }) => uuid);

  it('is created with its location, shown in full and listed in brief', async () => {
    const uuid = randomUUID();
    const created = await create({ uuid, description: 'Rack 1', extra: { row: 4 } });
    const self = `${sut.api.url}/v1/chassis/${uuid}`;
    expect([created.status, created.headers.get('location')]).toEqual([201, self]);
    const bookmark = `${sut.api.url}/chassis/${uuid}`;
    const links = [
      { href: self, rel: 'self' },
      { href: bookmark, rel: 'bookmark' },
    ];
    expect(created.body).toEqual({
      uuid,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\+00:00$/),
      updated_at: null,
      description: 'Rack 1',
      extra: { row: 4 },
      links,
      nodes: [
        [
          { href: `${self}/nodes`, rel: 'self' },
          { href: `${bookmark}/nodes`, rel: 'bookmark' },
        ],
      ],
    });
    const shown = await sut.get(`/v1/chassis/${uuid}`, '1.1');
    expect([shown.status, shown.body]).toEqual([200, created.body]);
    expect((await sut.get('/v1/chassis')).body['chassis']).toContainEqual({ uuid, description: 'Rack 1', links });
    expect((await sut.get('/v1/chassis/detail')).body['chassis']).toContainEqual(created.body);
    expect((await sut.get('/v1/chassis?detail=True')).body['chassis']).toContainEqual(created.body);
    expect((await sut.get(`/v1/chassis/${uuid}?fields=extra`)).body).toEqual({ extra: { row: 4 }, links });
  });

  it('is given in pages whose links lead through all of them', async () => {
    for (const description of ['page 1', 'page 2', 'page 3']) await chassis({ description });
    const all = uuidsIn(await sut.get('/v1/chassis?sort_key=description&sort_dir=desc'), 'chassis');
    const seen: unknown[] = [];
    let path = '/v1/chassis?limit=2&sort_key=description&sort_dir=desc';
    while (path !== '') {
      const page = await sut.get(path);
      expect(page.status).toBe(200);
      seen.push(...uuidsIn(page, 'chassis'));
      path = String(page.body['next'] ?? '').replace(sut.api.url, '');
    }
    expect(seen).toEqual(all);
  });

  it('is patched; an unchanged patch changes nothing', async () => {
    const uuid = await chassis({ description: 'old', extra: { a: 1 } });
    const changed = await patch(
      uuid,
      { op: 'remove', path: '/description' },
      { op: 'add', path: '/extra/b', value: 2 },
    );
    expect([changed.status, changed.body]).toMatchObject([200, { description: null, extra: { a: 1, b: 2 } }]);
    const tag = changed.headers.get('etag');
    expect((await patch(uuid, { op: 'add', path: '/extra/b', value: 2 })).headers.get('etag')).toBe(tag);
  });

  it('is changed and deleted only in the revision that the client expects', async () => {
    const created = await create();
    const uuid = String(created.body['uuid']);
    const first = { 'If-Match': String(created.headers.get('etag')) };
    await patch(uuid, { op: 'add', path: '/description', value: 'by another' });
    const body = [{ op: 'add', path: '/description', value: 'late' }];
    const late = await sut.request('PATCH', `/v1/chassis/${uuid}`, { body, headers: first });
    const gone = await sut.request('DELETE', `/v1/chassis/${uuid}`, { headers: first });
    expect([late.status, gone.status]).toEqual([412, 412]);
    expect((await sut.get(`/v1/chassis/${uuid}`)).body['description']).toBe('by another');
  });

  it('tells of each change in an event under its Ironic name', async () => {
    const uuid = await chassis({ description: 'Rack 2' });
    await patch(uuid, { op: 'replace', path: '/description', value: 'Rack 3' });
    await remove(uuid);
    expect(await eventsOf(sut, uuid)).toEqual([
      ['baremetal.chassis.create.end', expect.objectContaining({ uuid, revision: 1, description: 'Rack 2' })],
      ['baremetal.chassis.update.end', expect.objectContaining({ uuid, revision: 2, description: 'Rack 3' })],
      ['baremetal.chassis.delete.end', expect.objectContaining({ uuid, revision: 3 })],
    ]);
  });

  it('holds nodes: they name it, are listed by it, and keep it from being deleted', async () => {
    const uuid = await chassis();
    const inside = await sut.node({ chassis_uuid: uuid });
    const later = await sut.node();
    const outside = await sut.node();
    const moved = await sut.request('PATCH', `/v1/nodes/${later}`, {
      body: [{ op: 'add', path: '/chassis_uuid', value: uuid }],
    });
    expect([moved.status, moved.body['chassis_uuid']]).toEqual([200, uuid]);
    for (const path of [`/v1/nodes?chassis_uuid=${uuid}`, `/v1/chassis/${uuid}/nodes`])
      expect(uuidsIn(await sut.get(path), 'nodes')).toEqual([inside, later]);
    const detail = await sut.get(`/v1/chassis/${uuid}/nodes/detail`);
    expect(detail.body['nodes']).toEqual([await sut.shown(inside), await sut.shown(later)]);
    const page = await sut.get(`/v1/chassis/${uuid}/nodes?limit=1`);
    expect(page.body['next']).toContain(`/v1/chassis/${uuid}/nodes?`);
    expect(uuidsIn(await sut.get(String(page.body['next']).replace(sut.api.url, '')), 'nodes')).toEqual([later]);
    expect((await sut.get(`/v1/nodes?chassis_uuid=${uuid}&fields=uuid`)).text).not.toContain(outside);

    const refused = await remove(uuid);
    expect([refused.status, refused.fault]).toEqual([400, expect.stringContaining('contains nodes')]);
    await sut.request('DELETE', `/v1/nodes/${inside}`);
    const unset = [{ op: 'remove', path: '/chassis_uuid' }];
    const old = await sut.request('PATCH', `/v1/nodes/${later}`, { body: unset, version: '1.24' });
    expect(old.status).toBe(406);
    expect((await sut.request('PATCH', `/v1/nodes/${later}`, { body: unset })).status).toBe(200);
    expect((await remove(uuid)).status).toBe(204);
    expect((await remove(uuid)).status).toBe(404);
  });

  it('is never gone while a node comes into it, however the two meet', async () => {
    const uuids = await Promise.all(Array.from({ length: 20 }, () => chassis()));
    const created = await Promise.all(
      uuids.map(async (uuid) => {
        const body = { driver: 'fake-hardware', chassis_uuid: uuid };
        const [node, deleted] = await Promise.all([sut.request('POST', '/v1/nodes', { body }), remove(uuid)]);
        return [node.status, deleted.status];
      }),
    );
    for (const outcome of created) expect([[201, 400].join(), [400, 204].join()]).toContain(outcome.join());
  });

  it.each<[string, number, string, string, string, object | undefined]>([
    ['an unknown field', 400, 'colour', 'POST', '/v1/chassis', { colour: 'red' }],
    ['a long description', 400, 'description', 'POST', '/v1/chassis', { description: 'x'.repeat(256) }],
    ['no UUID in the path', 400, 'chassis_uuid', 'GET', '/v1/chassis/zz', undefined],
    ['no UUID of a chassis of nodes', 400, 'chassis_uuid', 'GET', '/v1/chassis/zz/nodes', undefined],
    ['a chassis that is not there', 404, 'could not be found', 'GET', `/v1/chassis/${randomUUID()}`, undefined],
    ['the nodes of none', 404, 'could not be found', 'GET', `/v1/chassis/${randomUUID()}/nodes`, undefined],
    ['a filter by none', 404, 'could not be found', 'GET', `/v1/nodes?chassis_uuid=${randomUUID()}`, undefined],
    ['a filter within a chassis', 400, 'chassis_uuid', 'GET', '/v1/chassis/{}/nodes?chassis_uuid=x', undefined],
    ['detail with fields', 400, 'detail', 'GET', '/v1/chassis?detail=True&fields=uuid', undefined],
    ['a field that has no meaning by itself', 400, 'nodes', 'GET', '/v1/chassis?fields=nodes', undefined],
    ['a sort key that is JSON', 400, 'extra', 'GET', '/v1/chassis?sort_key=extra', undefined],
    ['a patch of what is fixed', 400, '/uuid', 'PATCH', '/v1/chassis/{}', [{ op: 'remove', path: '/uuid' }]],
    [
      'a node in a chassis that is not there',
      400,
      'Chassis',
      'POST',
      '/v1/nodes',
      { driver: 'fake-hardware', chassis_uuid: randomUUID() },
    ],
  ])('refuses %s', async (_, status, named, method, path, body) => {
    const uuid = path.includes('{}') ? await chassis() : '';
    const answer = await sut.request(method, path.replace('{}', uuid), body === undefined ? {} : { body });
    expect([answer.status, answer.fault]).toEqual([status, expect.stringContaining(named)]);
  });

  it('refuses a UUID twice', async () => {
    const uuid = await chassis();
    const again = await create({ uuid });
    expect([again.status, again.fault]).toEqual([409, expect.stringContaining(uuid)]);
  });

  it.each([
    ['detail', '1.42', 400],
    ['detail', '1.43', 200],
    ['fields', '1.7', 406],
    ['fields', '1.8', 200],
  ])('takes the parameter %s at %s with %i', async (parameter, version, status) => {
    const value = parameter === 'detail' ? 'True' : 'uuid';
    expect((await sut.get(`/v1/chassis?${parameter}=${value}`, version)).status).toBe(status);
  });
});
