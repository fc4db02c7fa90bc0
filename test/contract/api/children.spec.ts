import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';

describe('children', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const adopt = (node: string, parent: unknown) =>
    sut.request('PATCH', `/v1/nodes/${node}`, { body: [{ op: 'add', path: '/parent_node', value: parent }] });

  it('are listed by UUID, from 1.83 on', async () => {
    const parent = await sut.node({ name: 'chassis-1' });
    expect((await sut.get(`/v1/nodes/${parent}/children`)).body).toEqual({ children: [], links: {} });
    const [first, second] = [await sut.node({ parent_node: parent }), await sut.node()];
    expect((await adopt(second, parent)).status).toBe(200);
    expect((await sut.get('/v1/nodes/chassis-1/children', '1.83')).body['children']).toEqual([first, second]);
    expect((await sut.get(`/v1/nodes/${parent}/children`, '1.82')).status).toBe(404);
    expect((await sut.get(`/v1/nodes/${randomUUID()}/children`)).status).toBe(404);
  });

  it('stay out of lists unless they are asked for', async () => {
    const parent = await sut.node();
    const child = await sut.node({ parent_node: parent });
    const listed = async (query: string) =>
      ((await sut.get(`/v1/nodes${query}`)).body['nodes'] as { uuid: string }[]).map(({ uuid }) => uuid);
    expect(await listed('')).not.toContain(child);
    expect(await listed('?include_children=True')).toEqual(expect.arrayContaining([parent, child]));
    expect(await listed(`?parent_node=${parent}`)).toEqual([child]);
    expect((await sut.get(`/v1/nodes?parent_node=${parent}`, '1.82')).status).toBe(406);
  });

  it('have a parent that exists and is nobody else’s', async () => {
    const child = await sut.node();
    expect((await adopt(child, randomUUID())).status).toBe(400);
    expect((await adopt(child, child)).status).toBe(400);
    const below = await sut.node({ parent_node: child });
    expect((await adopt(child, below)).status).toBe(400);
    const owned = await sut.request('POST', '/v1/nodes', {
      body: { driver: 'fake-hardware', owner: 'them' },
      headers: { 'X-Project-Id': 'them' },
    });
    expect((await adopt(child, owned.body['uuid'])).status).toBe(400);
    expect(await sut.shown(child)).toMatchObject({ parent_node: null });
  });
});
