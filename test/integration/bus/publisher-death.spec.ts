import { Bus, Consumers, Relay } from '@bessemer/bus';
import { eventDurable, eventFilter } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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
    const leaderPid = await leaderSession(api, `test-api-${leader.pid}-relay`);
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

  it('which stood still while it looked at the streams takes nothing for lost that another one published since', async () => {
    const ownBus = await stack.bus('api');
    const stalled = new Relay({ database: api, bus: ownBus, logger: stack.logger, sweepMs: 100 });
    await stalled.start();
    await change(api, nodes(1)[0] ?? '');
    await waitFor('the relay works', () => isComplete(api, conductor));
    const look = ownBus.ensureStream.bind(ownBus);
    let goOn = (): void => undefined;
    const toGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let hasLooked = false;
    vi.spyOn(ownBus, 'ensureStream').mockImplementation(async (name) => {
      const seen = await look(name);
      hasLooked ||= name === 'EVENTS';
      if (name === 'EVENTS') await toGoOn;
      return seen;
    });
    await waitFor('the relay looks', async () => hasLooked);
    const ofStalled = 'test-api-relay';
    await api.query('SELECT pg_terminate_backend($1)', [await leaderSession(api, ofStalled)]);
    const other = await Child.start(stack, 'api', 'publish');
    for (const node of nodes(5)) await change(api, node);
    await waitFor('the effects', () => isComplete(api, conductor));
    goOn();
    await waitFor('the relay stands by', async () => {
      const waiting = await api.query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'`,
        [ofStalled],
      );
      return waiting.length > 0;
    });
    expect(await api.query('SELECT id, attempt FROM outbox WHERE attempt > 1')).toEqual([]);
    await Promise.all([stalled.stop(), other.stop()]);
  });
});

/** The backend that holds the lead for the relay of this name. */
async function leaderSession(api: Database, name: string): Promise<number> {
  const [row] = await api.query<{ pid: number }>(
    `SELECT a.pid FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'advisory' AND l.granted
     WHERE a.application_name = $1`,
    [name],
  );
  return row?.pid ?? 0;
}
