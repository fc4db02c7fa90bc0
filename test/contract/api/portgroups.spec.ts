import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture } from './api-fixture.js';
import { eventsOf } from './published-events.js';

const pair = (): string =>
  Math.floor(Math.random() * 256)
    .toString(16)
    .padStart(2, '0');
const anAddress = (): string => ['52', pair(), pair(), pair(), pair(), pair()].join(':');

describe('port groups', () => {
  let sut: ApiFixture;
  let node: string;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  beforeEach(async () => {
    node = await sut.node();
  });
  afterAll(() => sut.stop());

  const create = (body: object = {}, version?: string): Promise<Answer> =>
    sut.request('POST', '/v1/portgroups', {
      body: { node_uuid: node, ...body },
      ...(version === undefined ? {} : { version }),
    });
  const group = async (body: object = {}): Promise<string> => {
    const created = await create(body);
    if (created.status !== 201) throw new Error(created.text);
    return String(created.body['uuid']);
  };
  const port = async (body: object = {}): Promise<string> => {
    const created = await sut.request('POST', '/v1/ports', {
      body: { node_uuid: node, address: anAddress(), ...body },
    });
    if (created.status !== 201) throw new Error(created.text);
    return String(created.body['uuid']);
  };
  const patch = (ident: string, values: object, version = '1.115'): Promise<Answer> =>
    sut.request('PATCH', `/v1/portgroups/${ident}`, {
      version,
      body: Object.entries(values).map(([name, value]) => ({ op: 'add', path: `/${name}`, value })),
    });
  const removeField = (ident: string, name: string): Promise<Answer> =>
    sut.request('PATCH', `/v1/portgroups/${ident}`, { body: [{ op: 'remove', path: `/${name}` }] });
  const remove = (ident: string): Promise<Answer> => sut.request('DELETE', `/v1/portgroups/${ident}`);
  const shown = async (uuid: string, version?: string): Promise<Record<string, unknown>> =>
    (await sut.get(`/v1/portgroups/${uuid}`, version)).body;
  const set = async (values: Record<string, unknown>): Promise<void> => {
    for (const [name, value] of Object.entries(values))
      await sut.api.database.query(`UPDATE nodes SET ${name} = $2 WHERE uuid = $1`, [node, value]);
  };
  const uuidsIn = (answer: Answer): unknown[] =>
    (answer.body['portgroups'] as { uuid: string }[]).map(({ uuid }) => uuid);

  it('are created with the fields that are given, and first values for the others', async () => {
    const uuid = randomUUID();
    const created = await create({ uuid, mode: null, standalone_ports_supported: null });
    const self = `${sut.api.url}/v1/portgroups/${uuid}`;
    const bookmark = `${sut.api.url}/portgroups/${uuid}`;
    expect([created.status, created.headers.get('location')]).toEqual([201, self]);
    expect(created.headers.get('etag')).toMatch(/^"1-\d+"$/);
    expect(created.body).toEqual({
      uuid,
      node_uuid: node,
      address: null,
      name: null,
      extra: {},
      internal_info: {},
      standalone_ports_supported: true,
      mode: 'active-backup',
      properties: {},
      physical_network: null,
      category: null,
      dynamic_portgroup: false,
      created_at: expect.stringMatching(/\+00:00$/),
      updated_at: null,
      links: [
        { href: self, rel: 'self' },
        { href: bookmark, rel: 'bookmark' },
      ],
      ports: [
        { href: `${self}/ports`, rel: 'self' },
        { href: `${bookmark}/ports`, rel: 'bookmark' },
      ],
    });
    const full = {
      address: anAddress(),
      name: `bond0-${node}`,
      extra: { a: 1 },
      standalone_ports_supported: false,
      mode: '802.3ad',
      properties: { miimon: '100' },
      physical_network: 'a',
      category: 'fast',
    };
    expect((await create(full)).body).toMatchObject(full);
  });

  it.each([
    ['without a node', { node_uuid: undefined }, 400],
    ['of a node that is not there', { node_uuid: randomUUID() }, 400],
    ['of a node by its name', { node_uuid: 'rack1' }, 400],
    ['with a bad name', { name: 'two words' }, 400],
    ['with a UUID as its name', { name: randomUUID() }, 400],
    ['with a bad address', { address: '52-54-00-aa-bb-01' }, 400],
    ['with an unknown field', { speed: 1 }, 400],
    ['with what only the service writes', { dynamic_portgroup: true }, 400],
    ['with an empty physical network', { physical_network: '' }, 400],
    ['with a long category', { category: 'c'.repeat(81) }, 400],
  ])('%s are refused', async (_, body, status) => {
    expect((await create(body)).status).toBe(status);
  });

  it('have names and addresses of their own', async () => {
    const given = { name: `bond-${node}`, address: anAddress() };
    const uuid = await group(given);
    const other = await group();
    await port({ address: given.address });
    for (const body of [{ uuid }, { name: given.name }, { address: given.address.toUpperCase() }]) {
      const [field] = Object.keys(body);
      expect([field, (await create(body)).status]).toEqual([field, 409]);
      if (field !== 'uuid') expect([field, (await patch(other, body)).status]).toEqual([field, 409]);
    }
  });

  it('are named by UUID or name', async () => {
    const name = `bond-${randomUUID()}.json`;
    const uuid = await group({ name });
    expect((await sut.get(`/v1/portgroups/${name}`, '1.90')).body['uuid']).toBe(uuid);
    expect((await sut.get('/v1/portgroups/nobody')).status).toBe(404);
    expect((await sut.get('/v1/portgroups/two%20words')).status).toBe(400);
    expect((await patch(name, { name: 'two words' })).status).toBe(400);
    expect((await patch(name, { name: `${name}2` })).body['name']).toBe(`${name}2`);
    expect((await remove(`${name}2`)).status).toBe(204);
    expect((await remove(uuid)).status).toBe(404);
  });

  it.each([
    [{ mode: '802.3ad' }, '1.25', 406],
    [{ mode: '802.3ad' }, '1.26', 201],
    [{ properties: {} }, '1.25', 406],
    [{ physical_network: 'a' }, '1.101', 406],
    [{ physical_network: 'a' }, '1.102', 201],
    [{ category: 'a' }, '1.102', 406],
    [{ category: 'a' }, '1.103', 201],
    [{}, '1.22', 404],
    [{}, '1.23', 201],
  ])('take %o at %s or not', async (body, version, status) => {
    expect((await create(body, version)).status).toBe(status);
  });

  it('show their fields by version; mode and properties always, though they are written and asked for since 1.26', async () => {
    const uuid = await group();
    const keys = async (version: string): Promise<Set<string>> => new Set(Object.keys(await shown(uuid, version)));
    expect([...(await keys('1.23'))]).toEqual(expect.arrayContaining(['mode', 'properties']));
    expect((await sut.get('/v1/portgroups?fields=mode', '1.25')).status).toBe(406);
    expect((await sut.get('/v1/portgroups?fields=mode', '1.26')).status).toBe(200);
    const later: [string, number][] = [
      ['physical_network', 102],
      ['category', 103],
      ['dynamic_portgroup', 111],
    ];
    for (const [name, since] of later) {
      expect((await keys(`1.${since - 1}`)).has(name)).toBe(false);
      expect((await keys(`1.${since}`)).has(name)).toBe(true);
    }
  });

  it('keep a mode whatever a patch says', async () => {
    const uuid = await group({ mode: '802.3ad' });
    expect((await removeField(uuid, 'mode')).status).toBe(400);
    expect((await patch(uuid, { mode: null })).status).toBe(400);
    expect((await patch(uuid, { mode: 'balance-rr' }, '1.25')).status).toBe(406);
    expect((await shown(uuid))['mode']).toBe('802.3ad');
    const strict = await group({ standalone_ports_supported: false });
    expect((await removeField(strict, 'standalone_ports_supported')).body['standalone_ports_supported']).toBe(true);
  });

  it('stay as long as they have ports', async () => {
    const uuid = await group();
    const member = await port({ portgroup_uuid: uuid });
    const refused = await remove(uuid);
    expect([refused.status, refused.fault]).toEqual([400, expect.stringContaining('has ports')]);
    const target = await sut.node();
    expect((await patch(uuid, { node_uuid: target })).status).toBe(400);
    await sut.request('PATCH', `/v1/ports/${member}`, { body: [{ op: 'remove', path: '/portgroup_uuid' }] });
    expect((await patch(uuid, { node_uuid: randomUUID() })).status).toBe(400);
    expect((await patch(uuid, { node_uuid: target })).body['node_uuid']).toBe(target);
    expect((await remove(uuid)).status).toBe(204);
  });

  it('go with their node and its ports', async () => {
    const uuid = await group();
    await port({ portgroup_uuid: uuid });
    expect((await sut.request('DELETE', `/v1/nodes/${node}`)).status).toBe(204);
    expect((await sut.get(`/v1/portgroups/${uuid}`)).status).toBe(404);
  });

  it('take no ports that stand alone only when none of theirs does', async () => {
    const uuid = await group();
    const member = await port({ portgroup_uuid: uuid });
    expect((await patch(uuid, { standalone_ports_supported: false })).status).toBe(409);
    await sut.request('PATCH', `/v1/ports/${member}`, { body: [{ op: 'add', path: '/pxe_enabled', value: false }] });
    expect((await patch(uuid, { standalone_ports_supported: false })).status).toBe(200);
  });

  it('bring their ports to their physical network', async () => {
    const uuid = await group();
    const member = await port({ portgroup_uuid: uuid, physical_network: 'a' });
    await set({ provision_state: 'active' });
    expect((await patch(uuid, { physical_network: 'b' })).status).toBe(409);
    await set({ provision_state: 'manageable' });
    expect((await patch(uuid, { physical_network: 'b' })).status).toBe(200);
    expect((await sut.get(`/v1/ports/${member}`)).body['physical_network']).toBe('b');
    expect((await eventsOf(sut, member)).map(([type]) => type)).toEqual([
      'baremetal.port.create.end',
      'baremetal.port.update.end',
    ]);
    expect((await removeField(uuid, 'physical_network')).status).toBe(200);
    expect((await sut.get(`/v1/ports/${member}`)).body['physical_network']).toBeNull();
  });

  it.each([
    ['node_uuid', { provision_state: 'active' }, 409],
    ['node_uuid', { provision_state: 'active', maintenance: true }, 200],
    ['node_uuid', { provision_state: 'available' }, 409],
    ['node_uuid', { provision_state: 'manageable' }, 200],
    ['extra', { provision_state: 'active' }, 200],
    ['extra', { provision_state: 'inspecting' }, 409],
    ['physical_network', { provision_state: 'active' }, 200],
  ])('without ports take another %s of a node with %o or not', async (field, state, status) => {
    const uuid = await group();
    const values: Record<string, unknown> = {
      node_uuid: await sut.node(),
      extra: { a: 1 },
      physical_network: 'a',
    };
    await set(state);
    expect((await patch(uuid, { [field]: values[field] })).status).toBe(status);
  });

  it('are filtered by node, address, shard or conductor groups, one at a time', async () => {
    const shard = `shard-${randomUUID()}`;
    const rack = `rack-${randomUUID()}`;
    await set({ shard, conductor_group: rack });
    const address = anAddress();
    const uuids = [await group({ address }), await group()];
    const asked: [string, unknown[]][] = [
      [`/v1/portgroups?address=${address.toUpperCase()}`, [uuids[0]]],
      [`/v1/portgroups?node=${node}`, uuids],
      [`/v1/portgroups?shard=${shard}`, uuids],
      [`/v1/portgroups/detail?conductor_groups=${rack},x`, uuids],
      [`/v1/nodes/${node}/portgroups`, uuids],
      [`/v1/nodes/${node}/portgroups/detail`, uuids],
    ];
    for (const [path, found] of asked) expect([path, uuidsIn(await sut.get(path))]).toEqual([path, found]);
    const refused: [string, string, number][] = [
      [`/v1/portgroups?node=${node}&address=${address}`, '1.115', 403],
      [`/v1/portgroups?shard=${shard}&address=${address}`, '1.115', 403],
      [`/v1/portgroups?shard=${shard}&conductor_groups=${rack}`, '1.115', 403],
      [`/v1/nodes/${node}/portgroups?address=${address}`, '1.115', 403],
      [`/v1/portgroups?shard=${shard}`, '1.105', 406],
      [`/v1/portgroups?conductor_groups=${rack}`, '1.98', 406],
      [`/v1/portgroups?node=${randomUUID()}`, '1.115', 404],
      ['/v1/portgroups?address=zz', '1.115', 400],
      ['/v1/portgroups?sort_key=properties', '1.115', 400],
      [`/v1/nodes/${node}/portgroups`, '1.23', 404],
      ['/v1/portgroups', '1.22', 404],
    ];
    for (const [path, version, status] of refused)
      expect([path, version, (await sut.get(path, version)).status]).toEqual([path, version, status]);
  });

  it('list uuid, address and name, and the pages lead through all of a node', async () => {
    for (const suffix of ['a', 'b', 'c']) await group({ name: `${suffix}-${node}` });
    const seen: unknown[] = [];
    let path = `/v1/nodes/${node}/portgroups?limit=2&sort_key=name&sort_dir=desc`;
    while (path !== '') {
      const { body } = await sut.get(path);
      const groups = body['portgroups'] as Record<string, unknown>[];
      for (const item of groups) expect(Object.keys(item).sort()).toEqual(['address', 'links', 'name', 'uuid']);
      seen.push(...groups.map(({ name }) => name));
      const next = body['next'] === undefined ? undefined : new URL(String(body['next']));
      path = next === undefined ? '' : next.pathname + next.search;
    }
    expect(seen).toEqual([`c-${node}`, `b-${node}`, `a-${node}`]);
  });

  it('are changed and deleted at the revision that a client names, and not while somebody works on the node', async () => {
    const uuid = await group();
    const body = [{ op: 'add', path: '/extra/a', value: 1 }];
    const stale = { headers: { 'if-match': '"7"' } };
    expect((await sut.request('PATCH', `/v1/portgroups/${uuid}`, { body, ...stale })).status).toBe(412);
    expect((await sut.request('DELETE', `/v1/portgroups/${uuid}`, stale)).status).toBe(412);
    await set({ reservation: 'somebody' });
    const refused = await Promise.all([create(), patch(uuid, { extra: {} }), remove(uuid)]);
    await set({ reservation: null });
    expect(refused.map(({ status }) => status)).toEqual([409, 409, 409]);
  });

  it('tell of each change with the fields that subscribers of Ironic know', async () => {
    const uuid = await group({ name: `told-${node}` });
    await patch(uuid, { mode: '802.3ad' });
    await remove(uuid);
    const events = await eventsOf(sut, uuid);
    expect(events.map(([type, data]) => [type, data['revision'], data['mode']])).toEqual([
      ['baremetal.portgroup.create.end', 1, 'active-backup'],
      ['baremetal.portgroup.update.end', 2, '802.3ad'],
      ['baremetal.portgroup.delete.end', 2, '802.3ad'],
    ]);
    expect(events[0]?.[1]).toMatchObject({ uuid, node_uuid: node, name: `told-${node}` });
  });
});
