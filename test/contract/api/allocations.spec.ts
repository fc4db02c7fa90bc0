import { randomUUID } from 'node:crypto';
import type { Database, Transaction } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { type Answer, ApiFixture } from './api-fixture.js';

type Shown = Record<string, unknown>;

const rounds = 20;
/** Well below the time between two sweeps. */
const soonMs = 3000;

describe('allocations', () => {
  let sut: ApiFixture;
  let database: Database;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    database = await sut.stack.database('api');
  });
  afterAll(() => sut.stop());

  const allocate = (body: Shown): Promise<Answer> => sut.request('POST', '/v1/allocations', { body });
  const allocated = async (body: Shown): Promise<string> => String((await allocate(body)).body['uuid']);
  const shown = async (ident: string): Promise<Shown> => (await sut.get(`/v1/allocations/${ident}`)).body;
  const remove = (ident: string): Promise<Answer> => sut.request('DELETE', `/v1/allocations/${ident}`);
  const reaches = (ident: string, state: string): Promise<Shown> =>
    waitFor(
      `the allocation is ${state}`,
      async () => {
        const allocation = await shown(ident);
        return allocation['state'] === state && allocation;
      },
      soonMs,
    );
  const settled = (ident: string): Promise<Shown> =>
    waitFor('the allocation is settled', async () => {
      const allocation = await shown(ident);
      return allocation['state'] !== 'allocating' && allocation;
    });

  /** The UUID and resource class of an available node that is alone in its class. */
  const onlyNode = async (): Promise<{ node: string; resource_class: string }> => {
    const resource_class = `class-${randomUUID()}`;
    const node = await sut.node({ resource_class });
    await database.query("UPDATE nodes SET provision_state = 'available', power_state = 'power off' WHERE uuid = $1", [
      node,
    ]);
    return { node, resource_class };
  };
  const lockNode = (tx: Transaction, node: string): Promise<unknown> =>
    tx.query('SELECT FROM nodes WHERE uuid = $1 FOR UPDATE', [node]);
  /** Resolves when all allocations that were asked for before have been looked at. */
  const looked = async (): Promise<unknown> => settled(await allocated({ resource_class: 'none' }));
  const waitsForLock = (statement: string): Promise<unknown> =>
    waitFor(`${statement} waits for a lock`, async () => {
      const waiters = await database.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
        [statement],
      );
      return waiters.length > 0;
    });

  it('get the only node that fits and free it when they are deleted', async () => {
    const { node, resource_class } = await onlyNode();
    const { status, body } = await allocate({ resource_class, name: 'one' });
    expect(status).toBe(201);
    expect(await reaches('one', 'active')).toMatchObject({ node_uuid: node, last_error: null });
    expect(await sut.shown(node)).toMatchObject({ instance_uuid: body['uuid'], allocation_uuid: body['uuid'] });
    expect(await settled(await allocated({ resource_class }))).toMatchObject({ state: 'error', node_uuid: null });
    expect((await remove('one')).status).toBe(204);
    expect(await sut.shown(node)).toMatchObject({ instance_uuid: null, allocation_uuid: null, instance_info: {} });
    expect((await sut.get('/v1/allocations/one')).status).toBe(404);
  });

  it('free the node that they are given between the request to delete them and its transaction', async () => {
    const { node, resource_class } = await onlyNode();
    const deleting = await database.transaction(async (tx) => {
      await tx.query('LOCK TABLE node_traits IN ACCESS EXCLUSIVE MODE');
      const allocation = await allocated({ resource_class });
      await waitsForLock('SELECT n.* FROM nodes n%SKIP LOCKED');
      const answer = remove(allocation);
      await waitsForLock('SELECT * FROM allocations WHERE uuid = $1 FOR UPDATE');
      return { answer };
    });
    expect((await deleting.answer).status).toBe(204);
    expect(await sut.shown(node)).toMatchObject({ instance_uuid: null, allocation_uuid: null });
  });

  it('leave no node taken when they are deleted at once', async () => {
    const { node, resource_class } = await onlyNode();
    for (let round = 0; round < rounds; round += 1) {
      const allocation = await allocated({ resource_class });
      expect([round, (await remove(allocation)).status]).toEqual([round, 204]);
      expect([round, (await sut.shown(node))['instance_uuid']]).toEqual([round, null]);
    }
  });

  it('get their node while others change it', async () => {
    const { node, resource_class } = await onlyNode();
    for (let round = 0; round < rounds; round += 1) {
      const patches = Array.from({ length: 8 }, (_, key) =>
        sut.request('PATCH', `/v1/nodes/${node}`, { body: [{ op: 'add', path: `/extra/k${key}`, value: round }] }),
      );
      const allocation = await allocated({ resource_class });
      expect((await Promise.all(patches)).map(({ status }) => status)).toEqual(patches.map(() => 200));
      expect([round, await settled(allocation)]).toMatchObject([round, { state: 'active', node_uuid: node }]);
      await remove(allocation);
    }
  });

  it('wait for the only node that fits while somebody holds it, and get it soon afterwards', async () => {
    const { node, resource_class } = await onlyNode();
    const allocation = await database.transaction(async (tx) => {
      await lockNode(tx, node);
      const uuid = await allocated({ resource_class });
      await looked();
      expect(await shown(uuid)).toMatchObject({ state: 'allocating', last_error: null });
      return uuid;
    });
    expect(await reaches(allocation, 'active')).toMatchObject({ node_uuid: node });
  });

  it('wait for the only node that fits while a call has reserved it, and get it soon afterwards', async () => {
    const { node, resource_class } = await onlyNode();
    const reserve = 'UPDATE nodes SET reservation = $2 WHERE uuid = $1';
    await database.query(reserve, [node, 'a-conductor']);
    const allocation = await allocated({ resource_class });
    await looked();
    expect(await shown(allocation)).toMatchObject({ state: 'allocating', last_error: null });
    await database.query(reserve, [node, null]);
    expect(await reaches(allocation, 'active')).toMatchObject({ node_uuid: node });
  });

  it('fail when the holder of the only node that fits takes it for itself', async () => {
    const { node, resource_class } = await onlyNode();
    const allocation = await database.transaction(async (tx) => {
      await lockNode(tx, node);
      const uuid = await allocated({ resource_class });
      await looked();
      await tx.query('UPDATE nodes SET instance_uuid = $2 WHERE uuid = $1', [node, randomUUID()]);
      return uuid;
    });
    expect(await reaches(allocation, 'error')).toMatchObject({
      node_uuid: null,
      last_error: expect.stringContaining('no available nodes match'),
    });
  });

  it('say why no node fits', async () => {
    const { node, resource_class } = await onlyNode();
    const { node: other } = await onlyNode();
    const errorOf = async (fields: Record<string, unknown>) => {
      const allocation = await reaches(await allocated({ resource_class, ...fields }), 'error');
      return String(allocation['last_error']).replace(/^Failed to process allocation [0-9a-f-]{36}: /, '');
    };
    expect(await errorOf({ resource_class: 'another' })).toBe('no available nodes match the resource class another.');
    expect(await errorOf({ candidate_nodes: [other] })).toBe(
      `none of the requested nodes are available and match the resource class ${resource_class}.`,
    );
    expect(await errorOf({ traits: ['CUSTOM_A', 'CUSTOM_B'] })).toBe(
      'no suitable nodes have the requested traits CUSTOM_A, CUSTOM_B.',
    );
    await database.query('UPDATE nodes SET power_state = NULL WHERE uuid = $1', [node]);
    expect(await errorOf({})).toBe(
      `node ${node} matches, but its power state is unknown; it can be allocated once its BMC has told it.`,
    );
    expect(await errorOf({ traits: ['CUSTOM_A'] })).toBe(
      `no available nodes match the resource class ${resource_class}.`,
    );
  });

  it('are looked at soon when a request has held them for a moment', async () => {
    const { node, resource_class } = await onlyNode();
    const allocation = await database.transaction(async (tx) => {
      await lockNode(tx, node);
      const uuid = await allocated({ resource_class });
      await tx.query('SELECT FROM allocations WHERE uuid = $1 FOR UPDATE', [uuid]);
      await looked();
      return uuid;
    });
    expect(await reaches(allocation, 'active')).toMatchObject({ node_uuid: node });
  });

  it('fail, and stand in the way of no other, when their UUID is the instance of a node', async () => {
    const { node: taken } = await onlyNode();
    const { node, resource_class } = await onlyNode();
    const uuid = randomUUID();
    await database.query('UPDATE nodes SET instance_uuid = $2 WHERE uuid = $1', [taken, uuid]);
    await allocate({ uuid, resource_class });
    expect(await reaches(uuid, 'error')).toMatchObject({ last_error: expect.stringContaining(taken) });
    expect(await settled(await allocated({ resource_class }))).toMatchObject({ node_uuid: node });
  });

  it('are found by UUID before one whose name looks like it, which is found when there is none of that UUID', async () => {
    const uuid = await allocated({ resource_class: 'none' });
    await settled(uuid);
    const other = await allocated({ resource_class: 'none', name: uuid });
    await settled(other);
    for (const ident of [uuid, uuid.toUpperCase()]) expect(await shown(ident)).toMatchObject({ uuid });
    const renamed = await sut.request('PATCH', `/v1/allocations/${uuid}`, {
      body: [{ op: 'add', path: '/name', value: 'two' }],
    });
    expect(renamed.body).toMatchObject({ uuid, name: 'two' });
    expect((await remove(uuid)).status).toBe(204);
    expect(await shown(uuid)).toMatchObject({ uuid: other, name: uuid });
    expect((await remove(uuid)).status).toBe(204);
    expect((await sut.get(`/v1/allocations/${other}`)).status).toBe(404);
  });
});
