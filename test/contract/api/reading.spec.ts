import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';

describe('reading', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  /** The nodes of all pages of the list, one page after another. */
  const walk = async (list: string): Promise<Record<string, unknown>[]> => {
    const seen: Record<string, unknown>[] = [];
    let path: string | undefined = list;
    while (path !== undefined) {
      const { body } = await sut.get(path);
      seen.push(...(body['nodes'] as Record<string, unknown>[]));
      path = typeof body['next'] === 'string' ? body['next'].replace(sut.api.url, '') : undefined;
    }
    return seen;
  };

  it('states range and version in every answer', async () => {
    const answer = await sut.get('/v1/nodes', '1.82');
    expect(answer.headers.get('x-openstack-ironic-api-version')).toBe('1.82');
    expect(answer.headers.get('x-openstack-ironic-api-minimum-version')).toBe('1.1');
    expect(answer.headers.get('x-openstack-ironic-api-maximum-version')).toBe('1.115');
    expect(answer.headers.get('openstack-request-id')).toMatch(/^req-/);
  });

  it('pages through nodes by their order, without loss or repeat', async () => {
    for (let index = 0; index < 7; index += 1) await sut.node({ name: `page-${index}` });
    for (const sort of ['', '&sort_key=name&sort_dir=desc', '&sort_key=created_at']) {
      const seen = (await walk(`/v1/nodes?limit=3${sort}`)).map(({ uuid }) => uuid);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(7);
    }
  });

  it.each(['asc', 'desc'])('pages through nodes by a field that some of them lack, %s', async (direction) => {
    for (let index = 0; index < 5; index += 1)
      await sut.node(index % 2 === 0 ? {} : { resource_class: `class-${index}` });
    const order = `sort_key=resource_class&sort_dir=${direction}`;
    const { body: whole } = await sut.get(`/v1/nodes?fields=uuid,resource_class&${order}`);
    const expected = whole['nodes'] as { uuid: string; resource_class: string | null }[];
    expect(expected.some(({ resource_class }) => resource_class === null)).toBe(true);
    const seen = await walk(`/v1/nodes?fields=uuid,resource_class&limit=1&${order}`);
    expect(seen).toEqual(expected);
  });

  it('tells a marker that nothing follows from one that names nothing', async () => {
    const uuid = await sut.node();
    const last = await sut.get(`/v1/nodes?marker=${uuid}`);
    expect([last.status, last.body]).toEqual([200, { nodes: [] }]);
    const unknown = await sut.get('/v1/nodes/detail?marker=11111111-2222-4333-8444-555555555555&sort_key=name');
    expect(unknown.status).toBe(404);
    expect(unknown.text).toContain('Node 11111111-2222-4333-8444-555555555555 could not be found.');
  });

  it('shows values alike in a list, alone and by their names, whatever characters they have', async () => {
    const tricky = [
      '',
      ' ',
      'a,b',
      '(c)',
      '"d"',
      'e\\f',
      '\\',
      '""',
      "it's",
      'line\nbreak\ttab',
      'ä😀',
      'null',
      't',
      '[]',
    ];
    const lessees = new Map<string, string>();
    for (const lessee of tricky) lessees.set(await sut.node({ lessee, retired: true, retired_reason: lessee }), lessee);
    const { body } = await sut.get('/v1/nodes/detail?limit=1000');
    const listed = new Map((body['nodes'] as Record<string, unknown>[]).map((node) => [node['uuid'], node]));
    for (const [uuid, lessee] of lessees) {
      const whole = await sut.get(`/v1/nodes/${uuid}`);
      const named = await sut.get(`/v1/nodes/${uuid}?fields=lessee,owner,retired,retired_reason,protected,traits`);
      expect(named.body).toMatchObject({
        lessee,
        owner: null,
        retired: true,
        retired_reason: lessee,
        protected: false,
      });
      expect(whole.body).toMatchObject({ ...named.body, links: expect.anything() });
      expect(listed.get(uuid)).toEqual(whole.body);
    }
  });

  it('names the conductor of a node in a list as it does by itself, however many are alive', async () => {
    const uuids = [await sut.node(), await sut.node(), await sut.node(), await sut.node()];
    await sut.api.database.query(
      `INSERT INTO conductors (hostname, conductor_group, online, drivers, hardware_types, updated_at)
       SELECT 'other-' || n, conductor_group, true, drivers, hardware_types, now()
       FROM conductors, generate_series(1, 3) AS n`,
    );
    try {
      const { body } = await sut.get('/v1/nodes?fields=uuid,conductor&limit=1000');
      const listed = new Map(
        (body['nodes'] as { uuid: string; conductor: string }[]).map((n) => [n.uuid, n.conductor]),
      );
      expect(new Set(listed.values()).size).toBeGreaterThan(1);
      for (const uuid of uuids) expect((await sut.get(`/v1/nodes/${uuid}`)).body['conductor']).toBe(listed.get(uuid));
    } finally {
      await sut.api.database.query(`DELETE FROM conductors WHERE hostname LIKE 'other-%'`);
    }
  });

  it('serves the events of a node from a position on', async () => {
    const uuid = await sut.node();
    const response = await fetch(`${sut.api.url}/v1/events/stream?node=${uuid}&since=1`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.getReader();
    let text = '';
    while (reader !== undefined && !text.includes('baremetal.node.create.end')) {
      const { value, done } = await reader.read();
      if (done) break;
      text += Buffer.from(value).toString('utf8');
    }
    await reader?.cancel();
    expect(text).toMatch(/id: \d+\nevent: baremetal\.node\.create\.end\ndata: \{.*\}\n\n/);
    expect(text).toContain(uuid);
  });
});
