import { Bus, Consumers, Relay } from '@bessemer/bus';
import { eventDurable, eventFilter } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
import { Child } from './child.js';
import { Counted } from './counted.js';
import {
  CountersTable1700000000001,
  change,
  changesMade,
  EffectsTable1700000000002,
  effect,
  effectsSeen,
  expectExactlyOnceInOrder,
  isComplete,
  nodes,
} from './workload.js';

describe('Death of a publishing service', () => {
  let stack: TestStack;
  let api: Database;
  let conductor: Database;
  let bus: Bus;

  beforeAll(async () => {
    stack = await TestStack.start();
    api = await stack.database('api', { migrations: [CountersTable1700000000001] });
    conductor = await stack.database('conductor', { migrations: [EffectsTable1700000000002] });
    bus = await stack.bus('conductor');
    const consumers = new Consumers(bus, stack.logger);
    stack.onStop(() => consumers.stop());
    await consumers.consume({
      stream: 'EVENTS',
      durable: eventDurable('conductor', 'api'),
      filter: eventFilter('api'),
      type: Counted,
      database: conductor,
      handle: effect,
    });
  });
  afterAll(() => stack.stop());

  it('between commit and publish loses nothing', async () => {
    const relay = await Child.start(stack, 'api', 'publish');
    const some = nodes(5);
    await change(api, some[0] ?? '');
    await waitFor('the relay works', () => isComplete(api, conductor));
    relay.pause();
    const before = await effectsSeen(conductor);
    for (const node of [...some, ...some]) await change(api, node);
    await relay.kill();
    expect(await effectsSeen(conductor)).toBe(before);
    const next = await Child.start(stack, 'api', 'publish');
    await waitFor('all effects', () => isComplete(api, conductor));
    await expectExactlyOnceInOrder(api, conductor);
    await next.kill();
  });

  it('at any moment of its work loses and repeats nothing', async () => {
    const some = nodes(10);
    for (let death = 0; death < 4; death += 1) {
      const target = (await changesMade(api)) + 40;
      const publisher = await Child.start(stack, 'api', 'publish', ['1000', ...some]);
      await waitFor('some changes', async () => (await changesMade(api)) >= target);
      await publisher.kill();
    }
    const last = await Child.start(stack, 'api', 'publish');
    await waitFor('all effects', () => isComplete(api, conductor));
    await expectExactlyOnceInOrder(api, conductor);
    await last.kill();
  });

  it('as it begins leaves no connection behind', async () => {
    const relay = new Relay({ database: api, bus: await stack.bus('api'), logger: stack.logger });
    await relay.start();
    await relay.stop();
    await waitFor('no connection', async () => {
      const left = await api.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'test-api-relay'`);
      return left.length === 0;
    });
  });

  it('hands the work to one that stands by', async () => {
    const leader = await Child.start(stack, 'api', 'publish');
    await change(api, nodes(1)[0] ?? '');
    await waitFor('the leader works', () => isComplete(api, conductor));
    const second = await Child.start(stack, 'api', 'publish');
    const leaderPid = await relaySession(api, leader.pid);
    leader.pause();
    for (const node of nodes(5)) await change(api, node);
    await waitFor('the effects', () => isComplete(api, conductor), 10_000);
    expect(leaderPid).toBeGreaterThan(0);
    leader.resume();
    for (const node of nodes(5)) await change(api, node);
    await waitFor('the effects', () => isComplete(api, conductor));
    await expectExactlyOnceInOrder(api, conductor);
    await Promise.all([leader.stop(), second.stop()]);
  });
});

/** The backend that holds the lead for the process. */
async function relaySession(api: Database, pid: number): Promise<number> {
  const [row] = await api.query<{ pid: number }>(
    `SELECT a.pid FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'advisory' AND l.granted
     WHERE a.application_name = $1`,
    [`test-api-${pid}-relay`],
  );
  return row?.pid ?? 0;
}
