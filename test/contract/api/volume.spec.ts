import { randomUUID } from 'node:crypto';
import type { JsonObject } from '@bessemer/contracts';
import { openSecrets } from '@bessemer/secrets';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture } from './api-fixture.js';
import { eventsOf } from './published-events.js';

const kinds = ['connectors', 'targets'] as const;
type Kind = (typeof kinds)[number];
const secret = 'correct-horse-battery';

describe('volumes', () => {
  let sut: ApiFixture;
  /** Manageable and powered off. */
  let node: string;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    node = await sut.manageable({ name: 'off' });
  });
  afterAll(() => sut.stop());

  let count = 0;
  const newRecord = (kind: Kind, node_uuid = node): Record<string, unknown> => {
    count += 1;
    return kind === 'connectors'
      ? { node_uuid, type: 'iqn', connector_id: `iqn.2026-01.test.bessemer:${count}` }
      : { node_uuid, volume_type: 'iscsi', volume_id: `volume-${count}`, boot_index: count };
  };
  const create = (kind: Kind, body: object = newRecord(kind)): Promise<Answer> =>
    sut.request('POST', `/v1/volume/${kind}`, { body });
  const created = async (kind: Kind, body?: object): Promise<string> => {
    const answer = await create(kind, body);
    expect([answer.status, answer.fault]).toEqual([201, '']);
    return String(answer.body['uuid']);
  };
  const patch = (kind: Kind, uuid: string, ...body: object[]): Promise<Answer> =>
    sut.request('PATCH', `/v1/volume/${kind}/${uuid}`, { body });
  const remove = (kind: Kind, uuid: string, version = '1.115'): Promise<Answer> =>
    sut.request('DELETE', `/v1/volume/${kind}/${uuid}`, { version });
  const listed = (answer: Answer, kind: Kind): Record<string, unknown>[] =>
    answer.body[kind] as Record<string, unknown>[];
  const changeOf = (kind: Kind): object => ({
    op: 'replace',
    path: kind === 'connectors' ? '/connector_id' : '/volume_id',
    value: randomUUID(),
  });
  const powerOn = async (uuid: string, state: string): Promise<void> => {
    await sut.request('PUT', `/v1/nodes/${uuid}/states/power`, { body: { target: 'power on' } });
    const command = await sut.conductor.command(uuid, 'power');
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'finished', patch: { fields: [{ op: 'set', path: '/power_state', value: 'power on' }] } },
    ]);
    await sut.reaches(uuid, state);
  };
  const available = async (): Promise<string> => {
    const uuid = await sut.manageable();
    await sut.verb(uuid, 'provide');
    const command = await sut.conductor.command(uuid, 'clean');
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'finished', transition: 'done' },
    ]);
    await sut.reaches(uuid, 'available');
    return uuid;
  };

  const linksTo = (path: string): object[] => [
    { href: `${sut.api.url}/v1/${path}`, rel: 'self' },
    { href: `${sut.api.url}/${path}`, rel: 'bookmark' },
  ];

  it('are found from their root and from a node', async () => {
    for (const [path, below] of [
      ['/v1/volume', 'volume'],
      ['/v1/nodes/off/volume', `nodes/${node}/volume`],
    ] as const)
      expect((await sut.get(path)).body).toEqual({
        links: linksTo(`${below}/`),
        connectors: linksTo(`${below}/connectors`),
        targets: linksTo(`${below}/targets`),
      });
  });

  const brief = {
    connectors: ['uuid', 'connector_id', 'type', 'links', 'node_uuid'],
    targets: ['uuid', 'boot_index', 'volume_id', 'volume_type', 'links', 'node_uuid'],
  };
  const whole = {
    connectors: [...brief.connectors, 'created_at', 'updated_at', 'extra'],
    targets: [...brief.targets, 'created_at', 'updated_at', 'extra', 'properties'],
  };

  it.each(kinds)('%s are created with their location, shown in full and listed in brief', async (kind) => {
    const uuid = randomUUID();
    const body = { ...newRecord(kind), uuid, extra: { a: 1 } };
    const answer = await create(kind, body);
    expect([answer.status, answer.headers.get('location')]).toEqual([201, `${sut.api.url}/v1/volume/${kind}/${uuid}`]);
    expect(answer.body).toMatchObject({ ...body, updated_at: null, links: linksTo(`volume/${kind}/${uuid}`) });
    expect(Object.keys(answer.body).sort()).toEqual(whole[kind].toSorted());
    expect((await sut.get(`/v1/volume/${kind}/${uuid}`)).body).toEqual(answer.body);
    const lists = await Promise.all(
      [`volume/${kind}`, `volume/${kind}?node=off`, `nodes/${node}/volume/${kind}`].map((path) =>
        sut.get(`/v1/${path}`),
      ),
    );
    for (const list of lists) {
      const item = listed(list, kind).find((one) => one['uuid'] === uuid);
      expect(Object.keys(item ?? {}).sort()).toEqual(brief[kind].toSorted());
    }
    expect(listed(await sut.get(`/v1/volume/${kind}?detail=True`), kind)).toContainEqual(answer.body);
    expect(listed(await sut.get(`/v1/volume/${kind}?fields=uuid`), kind)).toContainEqual({
      uuid,
      links: linksTo(`volume/${kind}/${uuid}`),
    });
  });

  it.each(kinds)('%s of one node are given in pages that stay with it', async (kind) => {
    const own = await sut.manageable();
    const uuids: string[] = [];
    for (const _ of [1, 2, 3]) uuids.push(await created(kind, newRecord(kind, own)));
    await created(kind);
    for (const start of [`/v1/volume/${kind}?node=${own}&limit=2`, `/v1/nodes/${own}/volume/${kind}?limit=2`]) {
      const first = await sut.get(start);
      const next = String(first.body['next']);
      expect(new URL(next).pathname).toBe(new URL(start, next).pathname);
      const second = await sut.get(next.replace(sut.api.url, ''));
      expect([...listed(first, kind), ...listed(second, kind)].map((item) => item['uuid'])).toEqual(uuids);
      expect(second.body['next']).toBeUndefined();
    }
  });

  it.each(kinds)('%s are changed and deleted while their node is off, and only then', async (kind) => {
    const machine = await available();
    const uuid = await created(kind, newRecord(kind, machine));
    const second = await created(kind, newRecord(kind, machine));
    expect((await patch(kind, uuid, changeOf(kind))).status).toBe(200);
    expect((await remove(kind, second)).status).toBe(204);
    expect((await sut.get(`/v1/volume/${kind}/${second}`)).status).toBe(404);
    expect((await remove(kind, second)).status).toBe(404);
    await powerOn(machine, 'available');
    const before = (await sut.get(`/v1/volume/${kind}/${uuid}`)).body;
    const refused = await Promise.all([patch(kind, uuid, changeOf(kind)), remove(kind, uuid)]);
    expect(refused.map((answer) => answer.status)).toEqual([400, 400]);
    expect(refused.map((answer) => answer.fault).join()).toMatch(/update".*"power on".*deletion".*"power on"/);
    expect((await sut.get(`/v1/volume/${kind}/${uuid}`)).body).toEqual(before);
  });

  it.each(kinds)('%s of an enrolled node that is on may be deleted by newer clients', async (kind) => {
    const machine = await sut.node();
    await powerOn(machine, 'enroll');
    const uuid = await created(kind, newRecord(kind, machine));
    expect((await patch(kind, uuid, changeOf(kind))).status).toBe(400);
    expect((await remove(kind, uuid, '1.82')).status).toBe(400);
    expect((await remove(kind, uuid, '1.83')).status).toBe(204);
  });

  it.each(kinds)('%s of a node of which the power state is not known stay as they are', async (kind) => {
    const machine = await sut.node();
    const uuid = await created(kind, newRecord(kind, machine));
    expect((await patch(kind, uuid, changeOf(kind))).status).toBe(400);
  });

  it.each(kinds)('%s wait for a busy node, then are refused with 409', async (kind) => {
    const machine = await sut.manageable();
    const uuid = await created(kind, newRecord(kind, machine));
    await sut.verb(machine, 'inspect');
    const answers = await Promise.all([
      create(kind, newRecord(kind, machine)),
      patch(kind, uuid, changeOf(kind)),
      remove(kind, uuid),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([409, 409, 409]);
    expect((await sut.get(`/v1/volume/${kind}/${uuid}`)).status).toBe(200);
  });

  it.each(kinds)('%s move to another node that is there and off', async (kind) => {
    const other = await sut.manageable();
    const unknown = await sut.node();
    const uuid = await created(kind);
    const to = (value: string): Promise<Answer> => patch(kind, uuid, { op: 'replace', path: '/node_uuid', value });
    expect((await to(randomUUID())).status).toBe(400);
    expect((await to(unknown)).status).toBe(400);
    expect((await to(other)).body['node_uuid']).toBe(other);
    expect(listed(await sut.get(`/v1/nodes/${other}/volume/${kind}`), kind)).toHaveLength(1);
  });

  it.each(kinds)('%s are changed and deleted only in the revision that the client expects', async (kind) => {
    const answer = await create(kind);
    const path = `/v1/volume/${kind}/${String(answer.body['uuid'])}`;
    const headers = { 'If-Match': String(answer.headers.get('etag')) };
    const first = await sut.request('PATCH', path, { body: [changeOf(kind)], headers });
    const late = await sut.request('PATCH', path, { body: [changeOf(kind)], headers });
    const gone = await sut.request('DELETE', path, { headers });
    expect([first.status, late.status, gone.status]).toEqual([200, 412, 412]);
  });

  it.each(kinds)('%s go with their node', async (kind) => {
    const machine = await sut.manageable();
    const uuid = await created(kind, newRecord(kind, machine));
    expect((await sut.request('DELETE', `/v1/nodes/${machine}`)).status).toBe(204);
    expect((await sut.get(`/v1/volume/${kind}/${uuid}`)).status).toBe(404);
  });

  it.each([
    ['connectors', 'volumeconnector'],
    ['targets', 'volumetarget'],
  ] as const)('%s tell of each change in an event under its Ironic name', async (kind, resource) => {
    const { links: _, ...record } = (await create(kind)).body;
    const uuid = String(record['uuid']);
    await patch(kind, uuid, { op: 'add', path: '/extra/a', value: 1 });
    await remove(kind, uuid);
    const { created_at, ...told } = record;
    expect(await eventsOf(sut, uuid)).toEqual([
      [`baremetal.${resource}.create.end`, { ...told, revision: 1, created_at: expect.any(String) }],
      [`baremetal.${resource}.update.end`, expect.objectContaining({ extra: { a: 1 }, revision: 2 })],
      [`baremetal.${resource}.delete.end`, expect.objectContaining({ uuid, revision: 3 })],
    ]);
  });

  it('keep the secrets of a target sealed for the conductors, masked to everyone else', async () => {
    const properties = { target_iqn: 'iqn.x', auth_username: 'u', auth_password: secret };
    const answer = await create('targets', { ...newRecord('targets'), properties });
    const uuid = String(answer.body['uuid']);
    const masked = { ...properties, auth_password: '******' };
    expect(answer.body['properties']).toEqual(masked);
    const kept = await patch('targets', uuid, { op: 'replace', path: '/properties', value: { ...masked, lun: 1 } });
    expect(kept.body['properties']).toEqual({ ...masked, lun: 1 });
    const stored = async (): Promise<JsonObject> => {
      const [row] = await sut.api.database.query<{ properties: JsonObject }>(
        'SELECT properties FROM volume_targets WHERE uuid = $1',
        [uuid],
      );
      return row?.properties ?? {};
    };
    expect(JSON.stringify(await stored())).not.toContain(secret);
    const context = { node: uuid, field: 'properties' };
    expect(openSecrets(await stored(), [sut.sealingKey], context)).toEqual({ ...properties, lun: 1 });
    await patch('targets', uuid, { op: 'replace', path: '/properties/auth_password', value: `${secret}-2` });
    expect(openSecrets(await stored(), [sut.sealingKey], context)).toMatchObject({ auth_password: `${secret}-2` });
    const lists = await sut.get('/v1/volume/targets?fields=properties');
    expect(lists.text).not.toMatch(/\$sealed|correct-horse/);
    const events = JSON.stringify(await eventsOf(sut, uuid));
    expect(events).not.toMatch(/\$sealed|correct-horse/);
    expect(events).toContain('******');
  });

  it('refuse what another record has already', async () => {
    const connector = { node_uuid: node, type: 'wwpn', connector_id: 'taken' };
    const target = { node_uuid: node, volume_type: 'iscsi', volume_id: 'v', boot_index: 0 };
    const uuids = { connectors: await created('connectors', connector), targets: await created('targets', target) };
    const other = await sut.manageable();
    expect((await create('connectors', { ...connector, node_uuid: other })).status).toBe(409);
    expect((await create('connectors', { ...connector, type: 'wwnn' })).status).toBe(201);
    expect((await create('targets', { ...target, node_uuid: other })).status).toBe(201);
    const twice = await create('targets', { ...target, volume_id: 'w' });
    expect([twice.status, twice.fault]).toEqual([409, expect.stringContaining("boot index '0'")]);
    const second = await created('targets');
    const moved = await patch('targets', second, { op: 'replace', path: '/boot_index', value: 0 });
    expect(moved.status).toBe(409);
    for (const kind of kinds) {
      const again = await create(kind, { ...newRecord(kind), uuid: uuids[kind] });
      expect([again.status, again.fault]).toEqual([409, expect.stringContaining(uuids[kind])]);
    }
  });

  it.each<[string, number, string, Kind, (record: Record<string, unknown>) => object]>([
    ['a connector without a type', 400, 'type', 'connectors', ({ type: _, ...rest }) => rest],
    ['a target without a volume', 400, 'volume_id', 'targets', ({ volume_id: _, ...rest }) => rest],
    ['a node that is not there', 400, 'Node', 'targets', (record) => ({ ...record, node_uuid: randomUUID() })],
    ['the name of a node', 400, 'node_uuid', 'targets', (record) => ({ ...record, node_uuid: 'off' })],
    ['a boot index in words', 400, 'boot_index', 'targets', (record) => ({ ...record, boot_index: 'first' })],
    ['a boot index out of range', 400, 'boot_index', 'targets', (record) => ({ ...record, boot_index: 2 ** 31 })],
    ['an unknown field', 400, 'colour', 'connectors', (record) => ({ ...record, colour: 'red' })],
    [
      'properties that pretend to be sealed',
      400,
      '$sealed',
      'targets',
      (record) => ({
        ...record,
        properties: { auth_password: { $sealed: 'x', kid: 'y' } },
      }),
    ],
  ])('refuse %s', async (_, status, named, kind, spoil) => {
    const answer = await create(kind, spoil(newRecord(kind)));
    expect([answer.status, answer.fault]).toEqual([status, expect.stringContaining(named)]);
  });

  it.each([
    ['an unknown UUID', 404, `/v1/volume/targets/${randomUUID()}`],
    ['no UUID', 400, '/v1/volume/connectors/zz'],
    ['a node that is not there', 404, `/v1/volume/connectors?node=${randomUUID()}`],
    ['detail with fields', 400, '/v1/volume/targets?detail=True&fields=uuid'],
    ['a sort key that is JSON', 400, '/v1/volume/targets?sort_key=properties'],
    ['an unknown parameter', 400, '/v1/volume/targets?boot_index=0'],
  ])('refuse to show %s', async (_, status, path) => {
    expect((await sut.get(path)).status).toBe(status);
  });

  it.each(kinds)('%s are only listed below a node', async (kind) => {
    const path = `/v1/nodes/${node}/volume/${kind}`;
    const uuid = await created(kind);
    const written = [
      await sut.request('POST', path, { body: newRecord(kind) }),
      await sut.request('PATCH', `${path}/${uuid}`, { body: [changeOf(kind)] }),
      await sut.request('DELETE', `${path}/${uuid}`),
    ];
    for (const answer of written)
      expect([answer.status, answer.fault]).toEqual([400, expect.stringContaining('Malformed request URI')]);
    expect((await sut.get(`${path}/${uuid}`)).status).toBe(403);
    expect((await sut.get(`/v1/nodes/${node}/volume/other`)).status).toBe(404);
    expect((await sut.get(`/v1/volume/${kind}/${uuid}`)).status).toBe(200);
  });

  it('are served from 1.32 on', async () => {
    const paths = ['volume', 'volume/connectors', 'volume/targets'];
    for (const path of [...paths, ...paths.map((below) => `nodes/${node}/${below}`)]) {
      expect((await sut.get(`/v1/${path}`, '1.31')).status).toBe(404);
      expect((await sut.get(`/v1/${path}`, '1.32')).status).toBe(200);
    }
    const written = await sut.request('POST', `/v1/nodes/${node}/volume/targets`, { body: {}, version: '1.31' });
    expect(written.status).toBe(404);
  });
});
