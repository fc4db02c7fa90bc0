import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';

let addresses = 0;
const anAddress = (): string => {
  addresses += 1;
  return `52:54:00:77:${(addresses >> 8).toString(16).padStart(2, '0')}:${(addresses & 255).toString(16).padStart(2, '0')}`;
};

describe('vifs', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const aNode = async (network = 'flat') => {
    const node = await sut.node();
    await sut.api.database.query('UPDATE nodes SET network_interface = $2 WHERE uuid = $1', [node, network]);
    return node;
  };

  const aPort = async (node: string, fields: Record<string, unknown> = {}) => {
    const body = { node_uuid: node, address: anAddress(), ...fields };
    return String((await sut.request('POST', '/v1/ports', { body })).body['uuid']);
  };

  const aGroup = async (node: string) => {
    const uuid = randomUUID();
    await sut.api.database.query('INSERT INTO portgroups (uuid, node_uuid) VALUES ($1, $2)', [uuid, node]);
    return uuid;
  };

  const join = (port: string, group: string) =>
    sut.api.database.query('UPDATE ports SET portgroup_uuid = $2 WHERE uuid = $1', [port, group]);

  const attach = (node: string, body: unknown, version?: string) =>
    sut.request('POST', `/v1/nodes/${node}/vifs`, { body, ...(version === undefined ? {} : { version }) });

  const detach = (node: string, vif: string) => sut.request('DELETE', `/v1/nodes/${node}/vifs/${vif}`);

  const vifOf = async (port: string) =>
    ((await sut.get(`/v1/ports/${port}`)).body['internal_info'] as Record<string, unknown>)['tenant_vif_port_id'];

  const listed = async (node: string) => (await sut.get(`/v1/nodes/${node}/vifs`)).body['vifs'];

  it('takes every VIF and keeps none where the network interface is noop', async () => {
    const node = await aNode('noop');
    for (const _ of ['once', 'again']) expect((await attach(node, { id: 'net-1' })).status).toBe(204);
    expect((await attach(node, { id: 'net-2', port_uuid: randomUUID() })).status).toBe(204);
    expect(await listed(node)).toEqual([]);
    for (const _ of ['once', 'again']) expect((await detach(node, 'net-1')).status).toBe(204);
  });

  it('lets a port that boots from the network carry it first', async () => {
    const node = await aNode();
    const [plain, booting] = [await aPort(node, { pxe_enabled: false }), await aPort(node)];
    expect((await attach(node, { id: 'net-1' })).status).toBe(204);
    expect(await vifOf(booting)).toBe('net-1');
    expect((await attach(node, { id: 'net-2' })).status).toBe(204);
    expect(await vifOf(plain)).toBe('net-2');
    expect(await listed(node)).toEqual([{ id: 'net-2' }, { id: 'net-1' }]);
    const full = await attach(node, { id: 'net-3' });
    expect([full.status, full.fault]).toEqual([400, expect.stringContaining('not enough free physical ports')]);
    expect((await detach(node, 'net-1')).status).toBe(204);
    expect(await listed(node)).toEqual([{ id: 'net-2' }]);
    expect((await detach(node, 'net-1')).status).toBe(400);
  });

  it('prefers a port group whose ports are free and in one physical network', async () => {
    const node = await aNode();
    const [mixed, group] = [await aGroup(node), await aGroup(node)];
    const ports = [await aPort(node, { physical_network: 'a' }), await aPort(node, { physical_network: 'b' })];
    for (const port of ports) await join(port, mixed);
    await join(await aPort(node), group);
    await aPort(node);
    expect((await attach(node, { id: 'net-1' })).status).toBe(204);
    const [row] = await sut.api.database.query<{ internal_info: unknown }>(
      'SELECT internal_info FROM portgroups WHERE uuid = $1',
      [group],
    );
    expect(row?.internal_info).toEqual({ tenant_vif_port_id: 'net-1' });
    expect(await listed(node)).toEqual([{ id: 'net-1' }]);
    expect((await detach(node, 'net-1')).status).toBe(204);
    expect(await listed(node)).toEqual([]);
  });

  it('refuses a VIF that is attached already', async () => {
    const node = await aNode();
    await aPort(node);
    await aPort(node);
    await attach(node, { id: 'net-1' });
    expect((await attach(node, { id: 'net-1' })).status).toBe(409);
  });

  it('takes the port that the client names from 1.67 on', async () => {
    const node = await aNode();
    const [first, second, third] = [await aPort(node), await aPort(node), await aPort(node)];
    expect((await attach(node, { id: 'net-1', port_uuid: third }, '1.66')).status).toBe(204);
    expect(await vifOf(first)).toBe('net-1');
    expect((await attach(node, { id: 'net-2', port_uuid: third }, '1.67')).status).toBe(204);
    expect(await vifOf(third)).toBe('net-2');
    expect((await attach(node, { id: 'net-3', port_uuid: third })).status).toBe(400);
    expect((await attach(node, { id: 'net-3', port_uuid: randomUUID() })).status).toBe(400);
    expect((await attach(node, { id: 'net-3', port_uuid: second, portgroup_uuid: randomUUID() })).status).toBe(400);
    expect(await vifOf(second)).toBeUndefined();
  });

  it.each([[{}], [{ id: 7 }], [[]], ['x'], [undefined]])('refuses the body %j', async (body) => {
    expect((await attach(await aNode(), body)).status).toBe(400);
  });

  it('refuses a name that no VIF can have', async () => {
    expect((await detach(await aNode(), 'a%20b')).status).toBe(400);
  });

  it('came with 1.28', async () => {
    const node = await aNode();
    expect((await sut.get(`/v1/nodes/${node}/vifs`, '1.27')).status).toBe(404);
    expect((await sut.get(`/v1/nodes/${node}/vifs`, '1.28')).status).toBe(200);
    expect((await sut.get(`/v1/nodes/${node}/vifs/net-1`)).status).toBe(405);
  });

  it('keeps a port that carries one, out of maintenance', async () => {
    const node = await aNode();
    const port = await aPort(node);
    await attach(node, { id: 'net-1' });
    const refused = await sut.request('DELETE', `/v1/ports/${port}`);
    expect([refused.status, refused.fault]).toEqual([409, expect.stringContaining('net-1')]);
    await sut.request('PUT', `/v1/nodes/${node}/maintenance`);
    expect((await sut.request('DELETE', `/v1/ports/${port}`)).status).toBe(204);
  });

  it('waits for a node that somebody works on, then says that it is locked', async () => {
    const node = await aNode();
    await aPort(node);
    await sut.api.database.query("UPDATE nodes SET reservation = 'somebody' WHERE uuid = $1", [node]);
    const refused = await attach(node, { id: 'net-1' });
    expect([refused.status, refused.fault]).toEqual([409, expect.stringContaining('locked')]);
    expect(await listed(node)).toEqual([]);
  });

  it('takes them off at the end of the instance', async () => {
    const node = await sut.manageable();
    await sut.api.database.query(
      "UPDATE nodes SET provision_state = 'active', network_interface = 'flat' WHERE uuid = $1",
      [node],
    );
    await aPort(node);
    await attach(node, { id: 'net-1' });
    await sut.verb(node, 'deleted');
    const command = await sut.conductor.command(node, 'undeploy');
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'failed', transition: 'fail', failure: { code: 'broken', message: 'It does not end.' } },
    ]);
    await sut.reaches(node, 'error');
    expect(await listed(node)).toEqual([]);
  });
});
