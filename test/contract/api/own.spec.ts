import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';
import { pagesTouched, StatementLog } from './keyset/statement-log.js';
import { copiesOf } from './published-events.js';
import { unknownUuid } from './table-samples.js';

interface Found {
  readonly uuid: string;
  readonly name: string | null;
  readonly matches: readonly { by: string; value: string }[];
}

describe('GET /v1/find', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const change = (node: string, assignments: string): Promise<unknown> =>
    sut.api.database.query(`UPDATE nodes SET ${assignments} WHERE uuid = $1`, [node]);

  const find = async (identifier: string): Promise<Found[]> => {
    const answer = await sut.get(`/v1/find?identifier=${encodeURIComponent(identifier)}`);
    expect(answer.status).toBe(200);
    return answer.body['nodes'] as Found[];
  };
  let node: string;
  beforeAll(async () => {
    node = await sut.node({
      name: 'rack1-u07',
      driver_info: { redfish_address: 'https://BMC7.example.test:8443/redfish/v1', ipmi_address: '192.0.2.7:623' },
      properties: { serial_number: 'CZ1234ABCD' },
    });
    await sut.request('POST', '/v1/ports', { body: { node_uuid: node, address: '52:54:00:AA:00:07' } });
    await change(node, "instance_uuid = '11111111-2222-4333-8444-555555555555'");
  });

  it.each([
    ['name', 'rack1-u07', 'rack1-u07'],
    ['instance_uuid', '11111111-2222-4333-8444-555555555555', '11111111-2222-4333-8444-555555555555'],
    ['mac', '52:54:00:aa:00:07', '52:54:00:aa:00:07'],
    ['mac', '52-54-00-AA-00-07', '52:54:00:aa:00:07'],
    ['bmc_address', 'bmc7.example.test', 'bmc7.example.test'],
    ['bmc_address', 'https://bmc7.example.test/', 'bmc7.example.test'],
    ['bmc_address', '192.0.2.7', '192.0.2.7'],
    ['serial_number', 'cz1234abcd', 'CZ1234ABCD'],
  ])('finds a node by %s %s', async (by, identifier, value) => {
    expect(await find(identifier)).toEqual([
      {
        uuid: node,
        name: 'rack1-u07',
        provision_state: 'enroll',
        matches: [{ by, value }],
        links: [{ href: `${sut.api.url}/v1/nodes/${node}`, rel: 'self' }],
      },
    ]);
  });

  it('finds a node by its UUID in any case, at any version', async () => {
    const answer = await sut.get(`/v1/find?identifier=${node.toUpperCase()}`, '1.1');
    expect((answer.body['nodes'] as Found[]).map(({ matches }) => matches)).toEqual([[{ by: 'uuid', value: node }]]);
  });

  it('names every node that an ambiguous identifier is that of, each with what matched', async () => {
    const behind = await sut.node({ driver_info: { ipmi_address: '[FD00::9]:623' } });
    const other = await sut.node({ name: 'fd00-9', driver_info: { redfish_address: 'https://[fd00::9]/' } });
    const both = await sut.node({ name: 'SN9', properties: { serial: 'sn9' } });
    const serial = await sut.node({ extra: { serial_number: 'SN9' } });
    expect((await find('fd00::9')).map(({ uuid }) => uuid)).toEqual([behind, other]);
    expect((await find('SN9')).map(({ uuid, matches }) => [uuid, matches.map(({ by }) => by)])).toEqual([
      [both, ['name', 'serial_number']],
      [serial, ['serial_number']],
    ]);
  });

  it('follows changes of a node', async () => {
    const moved = await sut.node({ driver_info: { ipmi_address: '192.0.2.40' } });
    const body = [{ op: 'replace', path: '/driver_info/ipmi_address', value: '192.0.2.41' }];
    await sut.request('PATCH', `/v1/nodes/${moved}`, { body });
    expect([await find('192.0.2.40'), (await find('192.0.2.41')).length]).toEqual([[], 1]);
  });

  it('follows the serial number of a node, that of its properties before that of its extra', async () => {
    const renumbered = await sut.node({ extra: { serial_number: 'EX-1' }, properties: { serial: 7 } });
    const patch = (op: object): Promise<unknown> => sut.request('PATCH', `/v1/nodes/${renumbered}`, { body: [op] });
    const found = async (): Promise<number[]> =>
      (await Promise.all(['EX-1', 'EX-2', 'PR-1'].map((serial) => find(serial)))).map(({ length }) => length);
    expect(await found()).toEqual([1, 0, 0]);
    await patch({ op: 'replace', path: '/extra/serial_number', value: 'EX-2' });
    expect(await found()).toEqual([0, 1, 0]);
    await patch({ op: 'add', path: '/properties/serial_number', value: 'PR-1' });
    expect(await found()).toEqual([0, 0, 1]);
    expect((await copiesOf(sut, renumbered)).at(-1)).toMatchObject({ serial: 'PR-1' });
    await patch({ op: 'remove', path: '/properties/serial_number' });
    expect(await found()).toEqual([0, 1, 0]);
  });

  it.each(['nothing', unknownUuid, '', ' ', '%', "'; --"])('finds nothing by %j, or refuses it', async (identifier) => {
    const answer = await sut.get(`/v1/find?identifier=${encodeURIComponent(identifier)}`);
    if (identifier.trim() === '')
      expect([answer.status, answer.fault]).toEqual([400, expect.stringMatching(/identifier/)]);
    else expect([answer.status, answer.body]).toEqual([200, { nodes: [] }]);
  });

  it('needs an identifier and takes nothing else', async () => {
    expect((await sut.get('/v1/find')).status).toBe(400);
    expect((await sut.get('/v1/find?identifier=a&more=b')).status).toBe(400);
    expect((await sut.get('/v1/find?identifier=a&identifier=b')).status).toBe(400);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:6230', '192.0.2.1'],
    [' https://user@BMC.example.test:8443/redfish?a#b ', 'bmc.example.test'],
    ['fd00::1', 'fd00::1'],
    ['[FD00::1]:623', 'fd00::1'],
    ['https://[fd00::1]/', 'fd00::1'],
  ])('the address %j of a BMC is that of %s, as other services know it', async (address, host) => {
    const addressed = await sut.node({ driver_info: { some_address: address, address: 'x', other_address: 7 } });
    expect((await copiesOf(sut, addressed)).at(-1)).toMatchObject({ bmc_addresses: [host] });
    expect((await find(address)).map(({ uuid }) => uuid)).toContain(addressed);
    expect((await find(host)).map(({ uuid }) => uuid)).toContain(addressed);
  });

  it('reads the same few pages however many nodes there are', async () => {
    const { database } = sut.api;
    await database.query(
      `INSERT INTO nodes (uuid, driver, provision_state, name, bmc_addresses, serial_number)
       SELECT gen_random_uuid(), 'fake-hardware', 'enroll', 'many-' || n,
         ARRAY['10.1.' || n / 250 || '.' || n % 250], 'MANY' || n FROM generate_series(1, 6000) AS n`,
    );
    await database.query(
      'INSERT INTO ports (uuid, node_uuid, address) SELECT gen_random_uuid(), uuid, name FROM nodes WHERE name LIKE $1',
      ['many-%'],
    );
    await database.query('VACUUM ANALYZE nodes, ports');
    const log = new StatementLog(database);
    for (const identifier of ['many-77', 'MANY78', '10.1.3.7', unknownUuid, '52:54:00:aa:00:07']) {
      const sent = await log.during([identifier], async () => {
        await find(identifier);
      });
      expect(sent).toHaveLength(1);
      for (const statement of sent) expect(await pagesTouched(database, statement)).toBeLessThan(60);
    }
  });
});
