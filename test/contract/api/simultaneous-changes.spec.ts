import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';
import { copiesOf, eventsOf } from './published-events.js';

const rounds = 12;

describe('changes at the same time', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const patch = (node: string, path: string, value: unknown) =>
    sut.request('PATCH', `/v1/nodes/${node}`, { body: [{ op: 'add', path, value }] });

  it('tell in the last event of all that the node has', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const node = await sut.node();
      const mac = `52:54:00:00:00:${(16 + round).toString(16)}`;
      await Promise.all([
        sut.request('POST', '/v1/ports', { body: { node_uuid: node, address: mac } }),
        sut.request('PUT', `/v1/nodes/${node}/traits`, { body: { traits: ['CUSTOM_LATE'] } }),
        ...[1, 2, 3, 4, 5, 6].map((value) => patch(node, `/extra/k${value}`, value)),
      ]);
      expect((await copiesOf(sut, node)).at(-1)?.macs).toEqual([mac]);
      const [, event] = (await eventsOf(sut, node)).at(-1) ?? [];
      expect(event?.['traits']).toEqual(['CUSTOM_LATE']);
    }
  });

  it('make no ring of parents', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [a, b] = [await sut.node(), await sut.node()];
      const answers = await Promise.all([patch(a, '/parent_node', b), patch(b, '/parent_node', a)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    }
  });

  it('go on when a migration adds a column meanwhile', async () => {
    const node = await sut.node();
    await Promise.all([1, 2, 3, 4].map((value) => patch(node, `/extra/before${value}`, value)));
    await sut.api.database.query('ALTER TABLE nodes ADD COLUMN added_by_a_newer_release text');
    for (let value = 0; value < 10; value += 1) {
      expect((await patch(node, `/extra/after${value}`, value)).status).toBe(200);
      expect((await sut.request('POST', '/v1/nodes', { body: { driver: 'fake-hardware' } })).status).toBe(201);
      expect((await sut.get(`/v1/nodes/${node}`)).status).toBe(200);
    }
    await sut.api.database.query('ALTER TABLE nodes DROP COLUMN added_by_a_newer_release');
  });

  it('are refused when somebody keeps the row, and keep no connection from others', async () => {
    const node = await sut.node();
    await sut.api.database.transaction(async (tx) => {
      await tx.query('SELECT FROM nodes WHERE uuid = $1 FOR UPDATE', [node]);
      const waiting = Array.from({ length: 30 }, (_, value) => patch(node, `/extra/w${value}`, value));
      const statuses = (await Promise.all(waiting)).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([409]));
      expect((await sut.get('/v1/nodes')).status).toBe(200);
    });
    expect((await patch(node, '/extra/free', true)).status).toBe(200);
  });
});
