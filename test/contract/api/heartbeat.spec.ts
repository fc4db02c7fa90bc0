import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { type Answer, ApiFixture } from './api-fixture.js';

const url = 'https://192.0.2.1:9999';

describe('POST /v1/heartbeat/{node}', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());
  beforeEach(() => {
    sut.conductor.takesHeartbeats = true;
    sut.conductor.beforeHeartbeats = Promise.resolve();
    sut.conductor.heartbeats.length = 0;
    sut.conductor.signals.length = 0;
  });

  /** A node that waits for its agent, and the agent's token. */
  async function waitingNode(): Promise<{ node: string; token: string }> {
    const node = await sut.waitingForAgent();
    const { body } = await sut.get(`/v1/lookup?node_uuid=${node}`, '1.62');
    return { node, token: (body['config'] as { agent_token: string }).agent_token };
  }

  const beat = (node: string, token: string, more: Record<string, unknown> = {}): Promise<Answer> =>
    sut.request('POST', `/v1/heartbeat/${node}`, {
      body: { callback_url: url, agent_version: '9.4', agent_token: token, ...more },
      version: '1.68',
    });

  /** A node whose agent has told already where it is. */
  async function knownAgent(): Promise<{ node: string; token: string }> {
    const known = await waitingNode();
    expect((await beat(known.node, known.token)).status).toBe(202);
    await waitFor('the signal', () => sut.conductor.signals.some(({ node }) => node === known.node));
    return known;
  }

  const heardOf = async (node: string): Promise<unknown> =>
    ((await sut.shown(node))['driver_internal_info'] as Record<string, unknown>)['agent_last_heartbeat'];

  const lockAwaited = (): Promise<unknown> =>
    waitFor('a beat to wait', async () => {
      const [row] = await sut.api.database.query<{ count: string }>(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%nodes%'",
      );
      return Number(row?.count) > 0;
    });

  it('is answered when a conductor has taken it, and notes the time under a new revision', async () => {
    const { node, token } = await knownAgent();
    const before = await sut.get(`/v1/nodes/${node}`);
    const heard = await heardOf(node);
    expect((await beat(node, token)).status).toBe(202);
    expect(sut.conductor.heartbeats).toMatchObject([{ node, kind: 'heartbeat', data: { callback_url: url } }]);
    expect(String(await heardOf(node)) > String(heard)).toBe(true);
    const after = await sut.get(`/v1/nodes/${node}`);
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'));
    expect(after.body['provision_updated_at']).not.toBe(before.body['provision_updated_at']);
  });

  it('comes by the stream when no conductor takes it', async () => {
    const { node, token } = await knownAgent();
    sut.conductor.takesHeartbeats = false;
    sut.conductor.signals.length = 0;
    expect((await beat(node, token)).status).toBe(202);
    await waitFor('the signal', () => sut.conductor.signals.some((signal) => signal.node === node));
  });

  it('tells of many agents at once, each for its own task', async () => {
    const agents = await Promise.all(Array.from({ length: 6 }, () => knownAgent()));
    sut.conductor.heartbeats.length = 0;
    const answers = await Promise.all([...agents, ...agents].map(({ node, token }) => beat(node, token)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    const told = new Set([...sut.conductor.heartbeats, ...sut.conductor.signals].map((signal) => signal.node));
    expect([...told].sort()).toEqual(agents.map(({ node }) => node).sort());
    for (const { node, task } of sut.conductor.heartbeats)
      expect(task).toBe((await sut.conductor.command(node, 'clean')).task);
  });

  it('is one with others of its agent that tell the same at the same time', async () => {
    const { node, token } = await knownAgent();
    const revision = async (): Promise<number> => {
      const { headers } = await sut.get(`/v1/nodes/${node}`);
      return Number(/^"(\d+)-/.exec(headers.get('etag') ?? '')?.[1]);
    };
    const before = await revision();
    sut.conductor.signals.length = 0;
    const answers = await Promise.all(Array.from({ length: 8 }, () => beat(node, token)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect((await revision()) - before).toBe(sut.conductor.heartbeats.length);
    expect(sut.conductor.signals).toHaveLength(0);
  });

  it('is heard when others of the same node are refused at the same time', async () => {
    const { node, token } = await knownAgent();
    sut.conductor.signals.length = 0;
    const answers = await Promise.all([
      beat(node, 'wrong'),
      beat(node, token),
      beat(node, token, { callback_url: 'x' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 202, 400]);
    await waitFor('the signal', () => [...sut.conductor.heartbeats, ...sut.conductor.signals].length === 1);
  });

  it.each([
    ['in maintenance', 'maintenance = true', 0],
    ['while its task works', "provision_state = 'cleaning'", 1],
    ['in a state whose wait it does not put off', "provision_state = 'rescue wait'", 1],
  ])('is noted, but puts off no time-out, %s', async (_, change, told) => {
    const { node, token } = await knownAgent();
    await sut.api.database.query(`UPDATE nodes SET ${change}, revision = revision + 1 WHERE uuid = $1`, [node]);
    const before = await sut.shown(node);
    const heard = await heardOf(node);
    expect((await beat(node, token)).status).toBe(202);
    expect(String(await heardOf(node)) > String(heard)).toBe(true);
    expect((await sut.shown(node))['provision_updated_at']).toBe(before['provision_updated_at']);
    expect(sut.conductor.heartbeats).toHaveLength(told);
  });

  it('changes nothing where it means nothing', async () => {
    const { node, token } = await knownAgent();
    await sut.api.database.query("UPDATE nodes SET provision_state = 'available' WHERE uuid = $1", [node]);
    const before = await sut.shown(node);
    expect((await beat(node, token)).status).toBe(202);
    expect(await sut.shown(node)).toEqual(before);
    expect(sut.conductor.heartbeats).toHaveLength(0);
  });

  it('changes what is known of the agent by what it tells anew', async () => {
    const { node, token } = await knownAgent();
    expect((await beat(node, token, { agent_version: '9.5' })).status).toBe(202);
    expect(await sut.shown(node)).toMatchObject({ driver_internal_info: { agent_version: '9.5', agent_url: url } });
  });

  it('is refused with a wrong token at once, also while the record is locked', async () => {
    const { node } = await knownAgent();
    await sut.api.database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM nodes WHERE uuid = $1 FOR UPDATE', [node]);
      const answer = await beat(node, 'wrong');
      expect([answer.status, answer.fault]).toEqual([400, expect.stringContaining('token')]);
    });
    expect(sut.conductor.heartbeats).toEqual([]);
  });

  it('waits for a record that is locked', async () => {
    const { node, token } = await knownAgent();
    const beating = await sut.api.database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM nodes WHERE uuid = $1 FOR UPDATE', [node]);
      const answer = beat(node, token);
      await lockAwaited();
      return { answer };
    });
    expect((await beating.answer).status).toBe(202);
  });

  it('does not wait for the record of another agent', async () => {
    const [locked, other] = [await knownAgent(), await knownAgent()];
    const order: string[] = [];
    await sut.api.database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM nodes WHERE uuid = $1 FOR UPDATE', [locked.node]);
      const waiting = beat(locked.node, locked.token).then(() => order.push('locked'));
      await lockAwaited();
      expect((await beat(other.node, other.token)).status).toBe(202);
      order.push('other');
      await waiting;
    });
    expect(order).toEqual(['other', 'locked']);
  });

  it('does not wait for a conductor that another agent waits for', async () => {
    const [slow, other] = [await knownAgent(), await knownAgent()];
    const answering = new AbortController();
    sut.conductor.beforeHeartbeats = once(answering.signal, 'abort');
    const order: string[] = [];
    const heard = await heardOf(slow.node);
    const waiting = beat(slow.node, slow.token).then(() => order.push('slow'));
    await waitFor('the beat to be noted', async () => (await heardOf(slow.node)) !== heard);
    expect((await beat(other.node, 'wrong')).status).toBe(400);
    order.push('other');
    answering.abort();
    await waiting;
    expect(order).toEqual(['other', 'slow']);
  });

  it('of an unknown node is 404', async () => {
    expect((await beat('1be26c0b-03f2-4d2e-ae87-c02d7f33c123', 'x')).status).toBe(404);
  });
});
