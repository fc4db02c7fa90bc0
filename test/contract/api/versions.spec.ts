import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';

/** Fields by the minor number that brought them (reference: api.md §2.2). */
const fields: Record<string, number> = {
  driver_internal_info: 3,
  name: 5,
  inspection_started_at: 6,
  clean_step: 7,
  raid_config: 12,
  network_interface: 20,
  resource_class: 21,
  boot_interface: 31,
  storage_interface: 33,
  traits: 37,
  rescue_interface: 38,
  bios_interface: 40,
  fault: 42,
  deploy_step: 44,
  conductor_group: 46,
  automated_clean: 47,
  protected: 48,
  conductor: 49,
  owner: 50,
  description: 51,
  allocation_uuid: 52,
  retired: 61,
  lessee: 65,
  network_data: 66,
  boot_mode: 75,
  shard: 82,
  parent_node: 83,
  firmware_interface: 86,
  service_step: 87,
  disable_power_off: 95,
  instance_name: 104,
  health: 109,
};

const routes: [string, number, number][] = [
  ['/v1/conductors', 49, 404],
  ['/v1/allocations', 52, 404],
  ['/v1/shards', 82, 404],
  ['/v1/nodes/there/bios', 40, 404],
  ['/v1/nodes/there/history', 78, 404],
  ['/v1/nodes/there/traits', 37, 406],
];

describe('API versions', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    await sut.node({ name: 'there', uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123' });
  });
  afterAll(() => sut.stop());

  const node = '/v1/nodes/1be26c0b-03f2-4d2e-ae87-c02d7f33c123';

  it.each(Object.entries(fields))('%s is shown from 1.%i on', async (field, since) => {
    expect((await sut.get(node, `1.${since}`)).body).toHaveProperty(field);
    expect((await sut.get(node, `1.${since - 1}`)).body).not.toHaveProperty(field);
  });

  it.each(Object.entries(fields).filter(([, since]) => since > 8))(
    '%s may be asked for from 1.%i on',
    async (field, since) => {
      expect((await sut.get(`/v1/nodes?fields=${field}`, `1.${since}`)).status).toBe(200);
      expect((await sut.get(`/v1/nodes?fields=${field}`, `1.${since - 1}`)).status).toBe(406);
    },
  );

  it.each(routes)('%s is there from 1.%i on, and %i below', async (path, since, below) => {
    expect((await sut.get(path, `1.${since}`)).status).toBe(200);
    expect((await sut.get(path, `1.${since - 1}`)).status).toBe(below);
  });

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
      const seen: unknown[] = [];
      let path: string | undefined = `/v1/nodes?limit=3${sort}`;
      while (path !== undefined) {
        const { body } = await sut.get(path);
        seen.push(...(body['nodes'] as { uuid: string }[]).map(({ uuid }) => uuid));
        path = typeof body['next'] === 'string' ? body['next'].replace(sut.api.url, '') : undefined;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(8);
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

  it('has a resource for every link of the version document that it serves', async () => {
    const patterns = sut.api.routes().map(({ pattern }) => pattern);
    for (const path of ['/v1/nodes', '/v1/ports', '/v1/drivers', '/v1/allocations', '/v1/lookup'])
      expect(patterns).toContain(path);
  });
});
