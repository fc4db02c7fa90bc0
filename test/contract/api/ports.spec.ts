import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture } from './api-fixture.js';
import { copiesOf, eventsOf } from './published-events.js';

const pair = (): string =>
  Math.floor(Math.random() * 256)
    .toString(16)
    .padStart(2, '0');
const anAddress = (): string => ['52', pair(), pair(), pair(), pair(), pair()].join(':');
const aSwitch = { switch_id: '0a:1b:2c:3d:4e:5f', port_id: 'Ethernet3/1', switch_info: 'leaf-1' };
const vtep = { 'vtep-logical-switch': 'ls', 'vtep-physical-switch': 'ps', port_id: '1' };

describe('ports', () => {
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
    sut.request('POST', '/v1/ports', {
      body: { node_uuid: node, address: anAddress(), ...body },
      ...(version === undefined ? {} : { version }),
    });
  const port = async (body: object = {}): Promise<string> => {
    const created = await create(body);
    if (created.status !== 201) throw new Error(created.text);
    return String(created.body['uuid']);
  };
  const group = async (body: object = {}): Promise<string> => {
    const created = await sut.request('POST', '/v1/portgroups', { body: { node_uuid: node, ...body } });
    return String(created.body['uuid']);
  };
  const patch = (uuid: string, values: object, version = '1.115'): Promise<Answer> =>
    sut.request('PATCH', `/v1/ports/${uuid}`, {
      version,
      body: Object.entries(values).map(([name, value]) => ({ op: 'add', path: `/${name}`, value })),
    });
  const remove = (uuid: string): Promise<Answer> => sut.request('DELETE', `/v1/ports/${uuid}`);
  const set = async (values: Record<string, unknown>): Promise<void> => {
    for (const [name, value] of Object.entries(values))
      await sut.api.database.query(`UPDATE nodes SET ${name} = $2 WHERE uuid = $1`, [node, value]);
  };
  const carry = async (uuid: string, key: string): Promise<void> => {
    const info = JSON.stringify({ [key]: randomUUID() });
    await sut.api.database.query('UPDATE ports SET internal_info = $2 WHERE uuid = $1', [uuid, info]);
  };
  const uuidsIn = (answer: Answer): unknown[] => (answer.body['ports'] as { uuid: string }[]).map(({ uuid }) => uuid);

  it('are created with every field, and the fields that are not given have their first values', async () => {
    const address = anAddress();
    const minimal = await create({ address: address.toUpperCase() });
    expect([minimal.status, minimal.headers.get('location')]).toEqual([
      201,
      `${sut.api.url}/v1/ports/${String(minimal.body['uuid'])}`,
    ]);
    expect(minimal.body).toMatchObject({
      address,
      pxe_enabled: true,
      is_smartnic: false,
      available_for_dynamic_portgroup: true,
      portgroup_uuid: null,
      local_link_connection: {},
    });
    const full = {
      uuid: randomUUID(),
      name: `eth0-${node}`,
      extra: { k: 'v' },
      pxe_enabled: false,
      local_link_connection: aSwitch,
      physical_network: 'physnet1',
      description: 'left',
      vendor: 'acme',
      category: 'fast',
      available_for_dynamic_portgroup: false,
    };
    expect((await create(full)).body).toMatchObject(full);
    expect((await sut.get(`/v1/ports/${full.uuid}`)).headers.get('etag')).toMatch(/^"1-\d+"$/);
  });

  it('belong to a node by its UUID or, since 1.94, by node_ident', async () => {
    const named = `node-${randomUUID()}`;
    const other = await sut.node({ name: named });
    const body = { address: anAddress(), node_ident: named };
    const post = (version: string, more: object = {}): Promise<Answer> =>
      sut.request('POST', '/v1/ports', { version, body: { ...body, ...more } });
    expect((await post('1.93')).status).toBe(406);
    expect((await post('1.94', { node_uuid: node })).status).toBe(400);
    expect((await post('1.94', { node_ident: 'nobody' })).status).toBe(400);
    expect((await post('1.94')).body['node_uuid']).toBe(other);
  });

  it('are named by UUID and, since 1.88, by name, never by their address', async () => {
    const name = `port-${randomUUID()}.json`;
    const address = anAddress();
    const uuid = await port({ name, address });
    expect((await sut.get(`/v1/ports/${name}`, '1.88')).body['uuid']).toBe(uuid);
    expect((await sut.get(`/v1/ports/${name}`, '1.87')).status).toBe(400);
    expect((await sut.get(`/v1/ports/${address}`)).status).toBe(400);
    expect((await sut.get('/v1/ports/nobody')).status).toBe(404);
    expect((await create({ name })).status).toBe(409);
    expect((await create({ name: 'two words' })).status).toBe(400);
    expect((await patch(uuid, { name: 'two words' })).status).toBe(400);
    expect((await remove(name)).status).toBe(204);
  });

  it.each([
    ['a switch', aSwitch, false, '1.115', 201],
    ['a datapath', { switch_id: '0xabcdef0123456789', port_id: '1' }, false, '1.115', 201],
    ['nothing', {}, false, '1.115', 201],
    ['a switch without a port', { switch_id: aSwitch.switch_id }, false, '1.115', 400],
    ['something that is no switch', { ...aSwitch, switch_id: 'zz' }, false, '1.115', 400],
    ['an unknown key', { ...aSwitch, rack: '1' }, false, '1.115', 400],
    ['a number', { ...aSwitch, port_id: 1 }, false, '1.115', 400],
    ['a network type', { ...aSwitch, network_type: 'managed' }, false, '1.64', 201],
    ['an unmanaged network alone', { network_type: 'unmanaged' }, false, '1.64', 201],
    ['a managed network alone', { network_type: 'managed' }, false, '1.64', 400],
    ['another network type', { ...aSwitch, network_type: 'other' }, false, '1.64', 400],
    ['a network type before there was one', { network_type: 'unmanaged' }, false, '1.63', 406],
    ['a VTEP switch', vtep, false, '1.90', 201],
    ['a VTEP switch, the last time', vtep, false, '1.104', 201],
    ['a VTEP switch before there were any', vtep, false, '1.89', 406],
    ['a VTEP switch after they went', vtep, false, '1.105', 406],
    ['half a VTEP switch', { 'vtep-logical-switch': 'ls', port_id: '1' }, false, '1.104', 400],
    ['a VTEP switch and another', { ...vtep, ...aSwitch }, false, '1.104', 400],
    ['the host of a smart NIC', { hostname: 'h', port_id: 'rep0-0' }, true, '1.53', 201],
    ['a smart NIC without its host', aSwitch, true, '1.53', 400],
    ['a smart NIC without a link', {}, true, '1.53', 400],
    ['a smart NIC on an unmanaged network', { network_type: 'unmanaged' }, true, '1.64', 400],
  ])('take a link to %s by the rules of the version', async (_, link, isSmartNic, version, status) => {
    const body = { local_link_connection: link, ...(isSmartNic ? { is_smartnic: true } : {}) };
    expect((await create(body, version)).status).toBe(status);
  });

  it('keep a link of a later version when an older client changes something else', async () => {
    const uuid = await port({ local_link_connection: { network_type: 'unmanaged' } });
    expect((await patch(uuid, { extra: { a: 1 } }, '1.63')).status).toBe(200);
    expect((await patch(uuid, { local_link_connection: { network_type: 'unmanaged' } }, '1.63')).status).toBe(406);
    expect((await patch(uuid, { is_smartnic: true })).status).toBe(400);
  });

  it('have flags that a removal sets back', async () => {
    const uuid = await port({ pxe_enabled: false, available_for_dynamic_portgroup: false });
    const body = ['pxe_enabled', 'available_for_dynamic_portgroup'].map((name) => ({ op: 'remove', path: `/${name}` }));
    const patched = await sut.request('PATCH', `/v1/ports/${uuid}`, { body });
    expect(patched.body).toMatchObject({ pxe_enabled: true, available_for_dynamic_portgroup: true });
  });

  it('belong to port groups of their own node that are there', async () => {
    const mine = await group();
    const uuid = await port({ portgroup_uuid: mine });
    const elsewhere = node;
    node = await sut.node();
    const stranger = await port();
    const answers = await Promise.all([
      create({ portgroup_uuid: mine }),
      create({ portgroup_uuid: randomUUID() }),
      create({ portgroup_uuid: 'bond0' }),
      patch(stranger, { portgroup_uuid: mine }),
      patch(stranger, { portgroup_uuid: randomUUID() }),
      patch(uuid, { node_uuid: node }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400]);
    expect((await sut.get(`/v1/ports/${uuid}`)).body).toMatchObject({ node_uuid: elsewhere, portgroup_uuid: mine });
    expect((await patch(uuid, { portgroup_uuid: null })).body['portgroup_uuid']).toBeNull();
  });

  it('that could stand alone are kept out of groups that take none', async () => {
    const strict = await group({ standalone_ports_supported: false });
    expect((await create({ portgroup_uuid: strict })).status).toBe(409);
    expect((await create({ portgroup_uuid: strict, pxe_enabled: true })).status).toBe(409);
    const uuid = await port({ portgroup_uuid: strict, pxe_enabled: false });
    const refused = await patch(uuid, { pxe_enabled: true });
    expect([refused.status, refused.fault]).toEqual([409, expect.stringContaining('pxe_enabled')]);
    const alone = await port();
    expect((await patch(alone, { portgroup_uuid: strict })).status).toBe(409);
    expect((await patch(alone, { portgroup_uuid: strict, pxe_enabled: false })).status).toBe(200);
    const carrier = await port({ pxe_enabled: false });
    await carry(carrier, 'tenant_vif_port_id');
    expect((await patch(carrier, { portgroup_uuid: strict })).status).toBe(409);
  });

  it('of one group are on one physical network', async () => {
    const bond = await group();
    const first = await port({ portgroup_uuid: bond, physical_network: 'a' });
    expect((await create({ portgroup_uuid: bond, physical_network: 'b' })).status).toBe(409);
    expect((await create({ portgroup_uuid: bond })).status).toBe(409);
    const second = await port({ portgroup_uuid: bond, physical_network: 'a' });
    expect((await patch(second, { physical_network: 'b' }, '1.101')).status).toBe(409);
    expect((await patch(second, { physical_network: 'a' }, '1.101')).status).toBe(200);
    const other = await port({ physical_network: 'b' });
    expect((await patch(other, { portgroup_uuid: bond })).status).toBe(409);
    expect((await patch(other, { portgroup_uuid: bond, physical_network: 'a' })).status).toBe(200);
    for (const uuid of [first, second]) expect((await patch(uuid, { portgroup_uuid: null })).status).toBe(200);
    expect((await patch(other, { physical_network: 'c' }, '1.101')).status).toBe(200);
    const byPort = await patch(other, { physical_network: 'd' });
    expect([byPort.status, byPort.fault]).toEqual([400, expect.stringContaining(bond)]);
    expect((await patch(other, { physical_network: 'd', portgroup_uuid: null })).status).toBe(200);
  });

  it('are held to the physical network that their group names', async () => {
    const bond = await group({ physical_network: 'a' });
    expect((await create({ portgroup_uuid: bond })).status).toBe(409);
    expect((await create({ portgroup_uuid: bond, physical_network: 'b' })).status).toBe(409);
    expect((await create({ portgroup_uuid: bond, physical_network: 'a' })).status).toBe(201);
    expect((await create({ physical_network: '' })).status).toBe(400);
  });

  it.each([
    ['address', { provision_state: 'active' }, 409],
    ['address', { provision_state: 'active', maintenance: true }, 200],
    ['address', { instance_uuid: '7c9a3d2e-5b1f-4a55-8f0f-3b5b5c1f0a11' }, 409],
    ['pxe_enabled', { provision_state: 'available' }, 409],
    ['pxe_enabled', { provision_state: 'available', maintenance: true }, 200],
    ['pxe_enabled', { provision_state: 'manageable' }, 200],
    ['pxe_enabled', { provision_state: 'inspect wait' }, 200],
    ['local_link_connection', { provision_state: 'active' }, 409],
    ['physical_network', { provision_state: 'active' }, 409],
    ['portgroup_uuid', { provision_state: 'active' }, 409],
    ['extra', { provision_state: 'active' }, 200],
    ['extra', { provision_state: 'inspecting' }, 409],
  ])('take another %s of a node with %o or not', async (field, state, status) => {
    const uuid = await port();
    const values: Record<string, unknown> = {
      address: anAddress(),
      pxe_enabled: false,
      local_link_connection: aSwitch,
      physical_network: 'a',
      portgroup_uuid: await group(),
      extra: { a: 1 },
    };
    await set(state);
    expect((await patch(uuid, { [field]: values[field] })).status).toBe(status);
  });

  it('take a change while their node is inspected from clients that know no waiting inspection', async () => {
    const uuid = await port();
    await set({ provision_state: 'inspecting' });
    expect((await patch(uuid, { extra: { a: 1 } }, '1.38')).status).toBe(200);
    expect((await patch(uuid, { extra: { a: 2 } }, '1.39')).status).toBe(409);
  });

  it('that carry a VIF are deleted in maintenance alone', async () => {
    const uuids: string[] = [];
    for (const key of ['tenant_vif_port_id', 'cleaning_vif_port_id']) {
      const uuid = await port();
      await carry(uuid, key);
      expect((await remove(uuid)).status).toBe(409);
      uuids.push(uuid);
    }
    await set({ maintenance: true });
    for (const uuid of uuids) expect((await remove(uuid)).status).toBe(204);
  });

  it('move to another node, and what others know of both nodes changes', async () => {
    const address = anAddress();
    const uuid = await port({ address });
    const target = await sut.node();
    expect((await patch(uuid, { node_uuid: randomUUID() })).status).toBe(400);
    expect((await patch(uuid, { node_uuid: target })).body['node_uuid']).toBe(target);
    const macsOf = async (owner: string): Promise<unknown> => (await copiesOf(sut, owner)).at(-1)?.macs;
    expect([await macsOf(node), await macsOf(target)]).toEqual([[], [address]]);
  });

  it('stay in the copies of a node that is renamed', async () => {
    const node = await sut.node();
    const addresses = ['52:54:00:00:0f:02', '52:54:00:00:0f:01'];
    for (const address of addresses) await sut.request('POST', '/v1/ports', { body: { node_uuid: node, address } });
    const body = [{ op: 'add', path: '/name', value: 'renamed-with-ports' }];
    await sut.request('PATCH', `/v1/nodes/${node}`, { body });
    expect((await copiesOf(sut, node)).at(-1)).toMatchObject({ name: 'renamed-with-ports', macs: addresses });
  });

  it('move past each other and join groups that go at the same time without an internal error', async () => {
    const mine = node;
    const inMine = await port();
    const bond = await group();
    const joiner = await port();
    node = await sut.node();
    const other = node;
    const inOther = await port();
    const moves = await Promise.all([patch(inMine, { node_uuid: other }), patch(inOther, { node_uuid: mine })]);
    for (const { status } of moves) expect([200, 409]).toContain(status);
    const [join, go] = await Promise.all([
      patch(joiner, { portgroup_uuid: bond }),
      sut.request('DELETE', `/v1/portgroups/${bond}`),
    ]);
    expect([
      [200, 400],
      [400, 204],
    ]).toContainEqual([join.status, go.status]);
  });

  it('are filtered by address, node, port group, shard, conductor group and description', async () => {
    const shard = `shard-${randomUUID()}`;
    await set({ shard, conductor_group: 'rack.9' });
    const bond = await group({ name: `bond-${randomUUID()}` });
    const address = anAddress();
    const inBond = await port({ portgroup_uuid: bond, address, description: '100% Left' });
    const alone = await port({ description: 'right' });
    const asked: [string, string[]][] = [
      [`/v1/ports?address=${address.toUpperCase()}`, [inBond]],
      [`/v1/ports?node=${node}`, [inBond, alone]],
      [`/v1/ports?node_uuid=${node}&address=${address}`, [inBond]],
      [`/v1/ports?portgroup=${bond}`, [inBond]],
      [`/v1/ports?shard=${shard},other`, [inBond, alone]],
      [`/v1/ports?conductor_groups=Rack.9,rack.8&description_contains=right`, [alone]],
      [`/v1/ports/detail?description_contains=0%25%20left`, [inBond]],
      [`/v1/nodes/${node}/ports`, [inBond, alone]],
      [`/v1/nodes/${node}/ports/detail?address=${address}`, [inBond]],
      [`/v1/portgroups/${bond}/ports`, [inBond]],
      [`/v1/portgroups/${bond}/ports/detail`, [inBond]],
    ];
    for (const [path, uuids] of asked) expect([path, uuidsIn(await sut.get(path))]).toEqual([path, uuids]);
    const refused: [string, number][] = [
      [`/v1/ports?node=${node}&portgroup=${bond}`, 403],
      [`/v1/ports?node=${node}&shard=${shard}`, 403],
      [`/v1/ports?portgroup=${bond}&shard=${shard}`, 403],
      [`/v1/nodes/${node}/ports?portgroup=${bond}`, 403],
      [`/v1/portgroups/${bond}/ports?node=${node}`, 403],
      ['/v1/ports?address=zz', 400],
      [`/v1/ports?portgroup=${randomUUID()}`, 404],
      [`/v1/ports?node=${randomUUID()}`, 404],
      [`/v1/portgroups/${randomUUID()}/ports`, 404],
    ];
    for (const [path, status] of refused) expect([path, (await sut.get(path)).status]).toEqual([path, status]);
    expect((await sut.get(`/v1/portgroups/${bond}/ports`, '1.23')).status).toBe(404);
  });

  it('are given in pages whose links keep the filters', async () => {
    const bond = await group();
    const uuids = [await port({ portgroup_uuid: bond }), await port({ portgroup_uuid: bond })];
    const first = await sut.get(`/v1/portgroups/${bond}/ports?limit=1&fields=uuid`);
    expect(uuidsIn(first)).toEqual([uuids[0]]);
    const byFilter = await sut.get(`/v1/ports?portgroup=${bond}&limit=1`);
    for (const { body } of [first, byFilter]) {
      const next = new URL(String(body['next']));
      expect(uuidsIn(await sut.get(next.pathname + next.search))).toEqual([uuids[1]]);
    }
  });

  it('are changed and deleted at the revision that a client names', async () => {
    const uuid = await port();
    const stale = { headers: { 'if-match': '"7"' } };
    const body = [{ op: 'add', path: '/extra/a', value: 1 }];
    expect((await sut.request('PATCH', `/v1/ports/${uuid}`, { body, ...stale })).status).toBe(412);
    expect((await sut.request('DELETE', `/v1/ports/${uuid}`, stale)).status).toBe(412);
    const tag = String((await sut.get(`/v1/ports/${uuid}`)).headers.get('etag'));
    const patched = await sut.request('PATCH', `/v1/ports/${uuid}`, { body, headers: { 'if-match': tag } });
    expect([patched.status, patched.headers.get('etag')]).toEqual([200, tag.replace('1-', '2-')]);
  });

  it('tell of each change with the fields that subscribers of Ironic know', async () => {
    const bond = await group();
    const uuid = await port({ portgroup_uuid: bond, name: `told-${node}` });
    await patch(uuid, { extra: { a: 1 } });
    await patch(uuid, { extra: { a: 1 } });
    await remove(uuid);
    const events = await eventsOf(sut, uuid);
    expect(events.map(([type, data]) => [type, data['revision']])).toEqual([
      ['baremetal.port.create.end', 1],
      ['baremetal.port.update.end', 2],
      ['baremetal.port.delete.end', 2],
    ]);
    expect(events[1]?.[1]).toMatchObject({ uuid, node_uuid: node, portgroup_uuid: bond, extra: { a: 1 } });
  });

  it('say in the commands of tasks which group they belong to', async () => {
    const bond = await group();
    const uuid = await port({ portgroup_uuid: bond });
    await sut.verb(node, 'manage');
    const command = await sut.conductor.command(node, 'verify');
    expect(command.ports).toMatchObject([{ uuid, portgroup_uuid: bond }]);
  });
});
