import { randomUUID } from 'node:crypto';
import { Bus, Consumers, DeadLetters, type Received, Relay } from '@bessemer/bus';
import { eventDurable, eventFilter } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
import { Counted } from './counted.js';
import {
  CountersTable1700000000001,
  change,
  EffectsTable1700000000002,
  effect,
  expectExactlyOnceInOrder,
  isComplete,
} from './workload.js';

const durable = eventDurable('conductor', 'api');

describe('Failing messages', () => {
  let stack: TestStack;
  let api: Database;
  let conductor: Database;
  let bus: Bus;
  let sut: DeadLetters;
  let isBroken = true;
  let lostConnections = 0;
  const attempts: Received<Counted>[] = [];

  beforeAll(async () => {
    stack = await TestStack.start({ ownPostgres: true });
    api = await stack.database('api', { migrations: [CountersTable1700000000001] });
    conductor = await stack.database('conductor', { migrations: [EffectsTable1700000000002] });
    sut = new DeadLetters(conductor);
    const relay = new Relay({ database: api, bus: await stack.bus('api'), logger: stack.logger, sweepMs: 300 });
    await relay.start();
    stack.onStop(() => relay.stop());
    bus = await stack.bus('conductor');
    const consumers = new Consumers(bus, stack.logger);
    stack.onStop(() => consumers.stop());
    await consumers.consume({
      stream: 'EVENTS',
      durable,
      filter: eventFilter('api'),
      type: Counted,
      database: conductor,
      maxAttempts: 3,
      handle: async (message, tx) => {
        await effect(message, tx);
        if (message.data.fault === undefined) return;
        if (message.data.fault === 'lost-connection') {
          lostConnections += 1;
          if (lostConnections <= 3) await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');
          return;
        }
        attempts.push(message);
        if (isBroken) throw new BessemerError('hardware-failure', 'The fan is stuck.', { remedy: 'Oil it.' });
      },
      onDeadLetter: async (message, error, tx) => {
        await tx.query('INSERT INTO effects (node, n, process) VALUES ($1, $2, $3)', [
          message.data.node,
          -message.data.n,
          error.status,
        ]);
      },
    });
  });
  afterAll(() => stack.stop());

  it('are tried again with back-off, given up with the last attempt, and do not stop their successors', async () => {
    const node = randomUUID();
    await change(api, node);
    await change(api, node, { fault: 'stuck' });
    await change(api, node);
    const letter = await waitFor('the dead letter', async () => (await sut.list())[0]);
    expect(letter).toMatchObject({
      durable,
      stream: 'EVENTS',
      type: 'bessemer.test.counted',
      attempts: 3,
      error: { code: 'hardware-failure', message: 'The fan is stuck.', remedy: 'Oil it.' },
      replayed_at: null,
    });
    expect(JSON.parse(letter.payload)).toMatchObject({ specversion: '1.0', data: { node, n: 2 } });
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const seen = () => conductor.query('SELECT n FROM effects WHERE node = $1 ORDER BY position', [node]);
    await waitFor('the successor', async () => (await seen()).length === 3);
    expect(await seen()).toEqual([{ n: 1 }, { n: -2 }, { n: 3 }]);
  });

  it('are replayed on demand, by their consumer, once', async () => {
    const [letter] = await sut.list();
    if (!letter) throw new Error('no dead letter');
    await sut.replay(letter.id);
    await waitFor('the replay fails again', async () => (await sut.list())[0]?.attempts === 4);
    isBroken = false;
    await sut.replay(letter.id);
    await waitFor('the replay', async () => (await sut.list()).length === 0);
    const { node } = JSON.parse(letter.payload).data;
    const effects = await conductor.query('SELECT n FROM effects WHERE node = $1 AND n = 2', [node]);
    expect(effects).toHaveLength(1);
    await expect(sut.replay(letter.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(sut.replay(randomUUID())).rejects.toMatchObject({ code: 'not-found' });
    expect(await sut.list({ all: true })).toHaveLength(1);
    await conductor.query('DELETE FROM effects');
    await api.query('DELETE FROM counters');
  });

  it.each([
    { what: 'no JSON', payload: 'nonsense', message: 'The message is no JSON.' },
    { what: 'no CloudEvent', payload: '{"a":1}', message: 'The message is no CloudEvent: specversion is not "1.0".' },
    {
      what: 'other data',
      payload: JSON.stringify({
        specversion: '1.0',
        id: 'm3',
        source: 's',
        type: 't',
        time: '2026-01-01T00:00:00Z',
        data: { node: 1, n: 1 },
      }),
      message: 'Counted is not valid: node must be a UUID.',
    },
  ])('that are $what become dead letters at once', async ({ payload, message }) => {
    const access = await stack.bus('api');
    await access.jetstream.publish('metal.event.api.node.malformed.counted', payload);
    const letter = await waitFor('the dead letter', async () =>
      (await sut.list()).find((candidate) => candidate.payload === payload),
    );
    expect(letter).toMatchObject({ attempts: 1, error: { code: 'invalid', message } });
    await waitFor('it is not delivered again', async () => {
      const info = await bus.manager.consumers.info('EVENTS', durable);
      return info.num_ack_pending === 0 && info.num_pending === 0;
    });
  });

  it('because a connection to Postgres broke count no attempt', async () => {
    const letters = (await sut.list()).length;
    await change(api, randomUUID(), { fault: 'lost-connection' });
    await waitFor('the effect', () => isComplete(api, conductor));
    expect(lostConnections).toBe(4);
    expect(await sut.list()).toHaveLength(letters);
    expect(await conductor.query('SELECT 1 FROM inbox_attempts')).toEqual([]);
  });

  it('because Postgres is away count no attempt', async () => {
    const node = randomUUID();
    for (let time = 0; time < 3; time += 1) await change(api, node);
    await waitFor('the effects', () => isComplete(api, conductor));
    const letters = (await sut.list()).length;
    const [row] = await api.query<{ subject: string; payload: string }>(
      'SELECT subject, payload FROM outbox WHERE aggregate = $1 LIMIT 1',
      [node],
    );
    const event = JSON.parse(row?.payload ?? '{}');
    await stack.postgres.kill();
    const publisher = await stack.bus('api');
    const ids = [4, 5, 6].map((n) => ({ ...event, id: randomUUID(), data: { node, n } }));
    for (const id of ids) await publisher.jetstream.publish(row?.subject ?? '', JSON.stringify(id));
    await waitFor('deliveries without Postgres', async () => {
      const info = await bus.manager.consumers.info('EVENTS', durable);
      return info.num_redelivered > 0;
    });
    await stack.postgres.resume();
    await waitFor('the database', async () => {
      try {
        return (await api.query('UPDATE counters SET n = 6 WHERE node = $1 RETURNING n', [node])).length === 1;
      } catch (error) {
        return error instanceof Error ? undefined : false;
      }
    });
    await waitFor('the effects', () => isComplete(api, conductor));
    expect(await sut.list()).toHaveLength(letters);
    expect(await conductor.query('SELECT 1 FROM inbox_attempts')).toEqual([]);
    await change(api, node);
    await waitFor('the relay works again', () => isComplete(api, conductor));
    await expectExactlyOnceInOrder(api, conductor);
  });
});
