import { randomUUID } from 'node:crypto';
import { routes } from '@bessemer/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';
import { type ChangeCase, changeCases, withoutRevision } from './expected-revision-requests.js';
import { sampleOfNoun } from './record-samples.js';

const nameOf = ({ method, pattern }: Pick<ChangeCase, 'method' | 'pattern'>): string => `${method} ${pattern}`;
const step = { interface: 'deploy', step: 'a', args: {}, priority: 1 };
const shownRecords = [
  'Node',
  'NodeStates',
  'NodeBios',
  'NodeHistory',
  'Port',
  'Portgroup',
  'Allocation',
  'Chassis',
].concat(['VolumeConnector', 'VolumeTarget', 'Conductor', 'Driver', 'DeployTemplate', 'Runbook']);

/** How records are made whose UUID a client may choose. */
const recreations: Readonly<
  Record<string, { collection: string; body: (sut: ApiFixture) => Promise<object> | object }>
> = {
  Node: { collection: '/v1/nodes', body: () => ({ driver: 'fake-hardware' }) },
  Chassis: { collection: '/v1/chassis', body: () => ({}) },
  Port: {
    collection: '/v1/ports',
    body: async (sut) => ({ node_uuid: await sut.node(), address: '52:54:00:00:e7:a9' }),
  },
  Portgroup: {
    collection: '/v1/portgroups',
    body: async (sut) => ({ node_uuid: await sut.node() }),
  },
  VolumeConnector: {
    collection: '/v1/volume/connectors',
    body: async (sut) => ({ node_uuid: await sut.node(), type: 'ip', connector_id: '192.0.2.7' }),
  },
  VolumeTarget: {
    collection: '/v1/volume/targets',
    body: async (sut) => ({ node_uuid: await sut.node(), volume_type: 'iscsi', volume_id: 'v', boot_index: 0 }),
  },
  DeployTemplate: {
    collection: '/v1/deploy_templates',
    body: () => ({ name: 'CUSTOM_TWICE', steps: [step] }),
  },
  Runbook: {
    collection: '/v1/runbooks',
    body: () => ({ name: 'CUSTOM_TWICE', steps: [{ interface: 'deploy', step: 'a', args: {}, order: 0 }] }),
  },
};

describe('ETag and If-Match', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  it('every route that changes a record is held here', () => {
    const changing = routes
      .filter(
        ({ method, path }) =>
          ['PUT', 'PATCH', 'DELETE'].includes(method) && (path.includes(':') || path === '/v1/nodes'),
      )
      .map(({ method, path }) => `${method} ${path}`);
    const held = [...changeCases.map(nameOf), ...Object.keys(withoutRevision)];
    expect(changing.filter((name) => !held.includes(name))).toEqual([]);
  });

  it.each(changeCases.map((change) => [nameOf(change), change] as const))(
    '%s is refused for another revision and taken for its own',
    async (_, { method, prepare }) => {
      const { path, body, record, success } = await prepare(sut);
      const before = await sut.get(record);
      const tag = String(before.headers.get('etag'));
      const send = (match: string): ReturnType<ApiFixture['request']> =>
        sut.request(method, path, { ...(body === undefined ? {} : { body }), headers: { 'If-Match': match } });
      const refused = await send('"999999"');
      expect([refused.status, refused.fault]).toEqual([412, expect.stringMatching(/has revision \d+ by now/)]);
      expect((await sut.get(record)).text).toBe(before.text);
      expect((await send(tag)).status).toBe(success);
    },
  );

  it.each(shownRecords)('a %s is shown with its ETag, which is the same as long as it is', async (noun) => {
    const { path } = await sampleOfNoun(noun, sut);
    const first = await sut.get(path);
    const tag = String(first.headers.get('etag'));
    expect(tag).toMatch(/^"[\w-]+"$/);
    const second = await sut.get(path);
    if (second.text === first.text) expect(second.headers.get('etag')).toBe(tag);
  });

  it('what is derived from the record of a node has the ETag of the node', async () => {
    const node = await sut.node();
    const tag = (await sut.get(`/v1/nodes/${node}`)).headers.get('etag');
    for (const path of ['/traits', '/vifs', '/states', '/states/console'])
      expect([path, (await sut.get(`/v1/nodes/${node}${path}`)).headers.get('etag')]).toEqual([path, tag]);
  });

  it('a list and an error have none', async () => {
    expect((await sut.get('/v1/nodes')).headers.get('etag')).toBeNull();
    expect((await sut.get('/v1/nodes/nobody')).headers.get('etag')).toBeNull();
  });

  it.each(Object.entries(recreations))(
    'the ETag of a %s that was deleted is none of one with its UUID',
    async (_, { collection, body }) => {
      const uuid = randomUUID();
      const path = `${collection}/${uuid}`;
      const create = async () => {
        const created = await sut.request('POST', collection, { body: { uuid, ...(await body(sut)) } });
        expect([created.status, created.fault]).toEqual([201, '']);
        return String((await sut.get(path)).headers.get('etag'));
      };
      const old = await create();
      expect((await sut.request('DELETE', path)).status).toBe(204);
      const tag = await create();
      expect(tag).not.toBe(old);
      const change = [{ op: 'add', path: '/extra/a', value: 1 }];
      const headers = { 'If-Match': old };
      expect((await sut.request('PATCH', path, { body: change, headers })).status).toBe(412);
      expect((await sut.request('DELETE', path, { headers })).status).toBe(412);
      expect((await sut.request('DELETE', path, { headers: { 'If-Match': tag } })).status).toBe(204);
    },
  );

  it('any revision is taken where If-Match says so', async () => {
    const node = await sut.node();
    for (const match of ['*', '"7", "1"'])
      expect(
        (await sut.request('PUT', `/v1/nodes/${node}/maintenance`, { headers: { 'If-Match': match } })).status,
      ).toBe(match === '*' ? 202 : 412);
  });

  it('a request for an older revision does not wait for a node that somebody works on', async () => {
    const node = await sut.manageable();
    await sut.request('PUT', `/v1/nodes/${node}/states/power`, { body: { target: 'power on' } });
    const asked = { method: 'PUT', path: `/v1/nodes/${node}/maintenance` };
    const old = await sut.request(asked.method, asked.path, { headers: { 'If-Match': '"1"' } });
    expect(old.status).toBe(412);
    const tag = String((await sut.get(`/v1/nodes/${node}`)).headers.get('etag'));
    const current = await sut.request(asked.method, asked.path, { headers: { 'If-Match': tag } });
    expect(current.status).toBe(409);
  });
});
