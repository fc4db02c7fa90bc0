import { randomUUID } from 'node:crypto';
import { Bus, Consumers, Outbox, Relay } from '@bessemer/bus';
import { eventDurable, eventFilter, eventSubject, workDurable, workFilter, workSubject } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
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
  nodes,
} from './workload.js';

describe('Delivery from outbox to inbox', () => {
  let stack: TestStack;
  let api: Database;
  let conductor: Database;
  let apiBus: Bus;
  let conductorBus: Bus;
  let relay: Relay;
  let consumers: Consumers;
  const outbox = new Outbox('bessemer/api');

  beforeAll(async () => {
    stack = await TestStack.start();
    api = await stack.database('api', { migrations: [CountersTable1700000000001] });
    conductor = await stack.database('conductor', { migrations: [EffectsTable1700000000002] });
    apiBus = await stack.bus('api');
    conductorBus = await stack.bus('conductor');
    relay = new Relay({ database: api, bus: apiBus, logger: stack.logger, confirmAfterMs: 300, sweepMs: 200 });
    await relay.start();
    stack.onStop(() => relay.stop());
    consumers = new Consumers(conductorBus, stack.logger);
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

  it('brings every change once and in order, also when many commit at the same time', async () => {
    const some = nodes(20);
    for (let time = 0; time < 10; time += 1) await Promise.all(some.map((node) => change(api, node)));
    await waitFor('all effects', () => isComplete(api, conductor));
    await expectExactlyOnceInOrder(api, conductor);
  });

  it('publishes nothing of a transaction that is rolled back', async () => {
    const node = randomUUID();
    const failure = api.transaction(async (tx) => {
      await outbox.add(tx, {
        stream: 'EVENTS',
        subject: `metal.event.api.node.${node}.counted`,
        type: 't',
        aggregate: node,
        data: Counted.of(node, 1),
      });
      throw new Error('changed my mind');
    });
    await expect(failure).rejects.toThrow('changed my mind');
    await change(api, randomUUID());
    await waitFor('the next change', () => isComplete(api, conductor));
    expect(await conductor.query('SELECT 1 FROM effects WHERE node = $1', [node])).toEqual([]);
  });

  it('refuses a message above 256 KiB in the transaction that makes it', async () => {
    const node = randomUUID();
    const failure = api.transaction(async (tx) => {
      await tx.query('INSERT INTO counters (node, n) VALUES ($1, 0)', [node]);
      const data = { padding: 'x'.repeat(256 * 1024) };
      const subject = `metal.event.api.node.${node}.counted`;
      await outbox.add(tx, { stream: 'EVENTS', subject, type: 't', aggregate: node, data });
    });
    await expect(failure).rejects.toMatchObject({ code: 'too-large' });
    expect(await api.query('SELECT 1 FROM counters WHERE node = $1', [node])).toEqual([]);
    expect(await api.query('SELECT 1 FROM outbox WHERE aggregate = $1', [node])).toEqual([]);
  });

  it('adds many messages in their order, each with what it has', async () => {
    const some = nodes(100);
    const messages = some.map((node, index) => ({
      stream: 'WORK' as const,
      subject: workSubject('power', 'many', 'ipmi', 'power'),
      type: `t "${index}", \\ and ü`,
      aggregate: node,
      data: { text: `\u001f\n"${index}"` },
      ...(index % 3 === 0 ? { confirm: node } : {}),
    }));
    await api.transaction((tx) => outbox.addAll(tx, messages));
    const rows = await api.query<{ aggregate: string; type: string; confirm: string | null; payload: string }>(
      'SELECT aggregate, type, confirm, payload FROM outbox WHERE aggregate = ANY($1) ORDER BY position',
      [some],
    );
    expect(rows.map(({ payload, ...row }) => ({ ...row, data: JSON.parse(payload).data }))).toEqual(
      messages.map(({ aggregate, type, data, ...message }) => ({
        aggregate,
        type,
        confirm: 'confirm' in message ? message.confirm : null,
        data,
      })),
    );
    for (const { confirm } of rows) if (confirm !== null) await api.transaction((tx) => outbox.settle(tx, confirm));
  });

  it.each([
    ['is empty', ''],
    ['holds a control character', 'a\u001fb'],
  ])('refuses a key of the order that %s, and writes nothing', async (_, aggregate) => {
    const node = randomUUID();
    const message = { stream: 'EVENTS' as const, subject: `metal.event.api.node.${node}.counted`, type: 't' };
    const failure = api.transaction((tx) =>
      outbox.addAll(tx, [
        { ...message, aggregate: node, data: Counted.of(node, 1) },
        { ...message, aggregate, data: Counted.of(node, 2) },
      ]),
    );
    await expect(failure).rejects.toMatchObject({ code: 'internal', field: 'aggregate' });
    expect(await api.query('SELECT 1 FROM outbox WHERE aggregate = ANY($1)', [[node, aggregate]])).toEqual([]);
  });

  it('refuses data that break the rules of their class', async () => {
    const failure = api.transaction((tx) =>
      outbox.add(tx, {
        stream: 'EVENTS',
        subject: 'metal.event.api.node.x.counted',
        type: 't',
        aggregate: 'x',
        data: Counted.of('no uuid', 1),
      }),
    );
    await expect(failure).rejects.toMatchObject({ code: 'internal', field: 'node' });
  });

  it('swallows a message that NATS delivers a second time', async () => {
    const node = randomUUID();
    await change(api, node);
    await waitFor('the effect', () => isComplete(api, conductor));
    const [row] = await api.query<{ subject: string; payload: string }>('SELECT * FROM outbox WHERE aggregate = $1', [
      node,
    ]);
    if (!row) throw new Error('no outbox row');
    await jetstream(apiBus.connection).publish(row.subject, row.payload, { msgID: randomUUID() });
    await jetstream(apiBus.connection).publish(row.subject, row.payload, { msgID: randomUUID() });
    const manager = await jetstreamManager(conductorBus.connection);
    await waitFor('the repetitions are acknowledged', async () => {
      const info = await manager.consumers.info('EVENTS', eventDurable('conductor', 'api'));
      return info.num_pending === 0 && info.num_ack_pending === 0;
    });
    await expectExactlyOnceInOrder(api, conductor);
  });

  it('publishes nothing of an aggregate past a row that NATS refuses, and all of the others', async () => {
    const [stuck = '', free = ''] = nodes(2);
    const subject = (service: 'api' | 'conductor', node: string, n: number) =>
      eventSubject(service, 'task', node, `n${n}`);
    await conductor.transaction(async (tx) => {
      const report = new Outbox('bessemer/conductor');
      const common = { stream: 'EVENTS', type: 't' } as const;
      const add = (aggregate: string, n: number, of: 'api' | 'conductor') =>
        report.add(tx, { ...common, aggregate, subject: subject(of, aggregate, n), data: Counted.of(aggregate, n) });
      await add(stuck, 1, 'conductor');
      await add(stuck, 2, 'api');
      await add(stuck, 3, 'conductor');
      await add(free, 1, 'conductor');
    });
    const other = new Relay({ database: conductor, bus: conductorBus, logger: stack.logger, sweepMs: 200 });
    await other.start();
    const sent = () =>
      conductor.query('SELECT aggregate, attempt FROM outbox WHERE sent_at IS NOT NULL ORDER BY position');
    await waitFor('the others', async () => (await sent()).length === 2);
    expect(await sent()).toMatchObject([{ aggregate: stuck }, { aggregate: free }]);
    await conductor.query('UPDATE outbox SET subject = $1 WHERE sent_at IS NULL AND subject = $2', [
      subject('conductor', stuck, 2),
      subject('api', stuck, 2),
    ]);
    await waitFor('the rest', async () => (await sent()).length === 4);
    const sequences = await conductor.query('SELECT sequence FROM outbox WHERE aggregate = $1 ORDER BY sequence', [
      stuck,
    ]);
    expect(sequences).toEqual(
      await conductor.query('SELECT sequence FROM outbox WHERE aggregate = $1 ORDER BY position', [stuck]),
    );
    await other.stop();
  });

  it('publishes a command again until it is settled, and no longer', async () => {
    const node = randomUUID();
    const subject = workSubject('power', 'settled', 'ipmi', 'power');
    const attempts = async () =>
      (await api.query<{ attempt: number }>('SELECT attempt FROM outbox WHERE confirm = $1', [node]))[0]?.attempt ?? 0;
    await api.transaction((tx) =>
      outbox.add(tx, { stream: 'WORK', subject, type: 't', aggregate: node, data: Counted.of(node, 1), confirm: node }),
    );
    await waitFor('three attempts', async () => (await attempts()) >= 3);
    await api.transaction((tx) => outbox.settle(tx, node));
    await waitFor('it rests', async () => {
      const [row] = await api.query('SELECT 1 FROM outbox WHERE confirm = $1 AND sent_at IS NOT NULL', [node]);
      return row !== undefined;
    });
    const settledAt = await attempts();
    const other = randomUUID();
    await api.transaction((tx) =>
      outbox.add(tx, {
        stream: 'WORK',
        subject,
        type: 't',
        aggregate: other,
        data: Counted.of(other, 1),
        confirm: other,
      }),
    );
    await waitFor('a later command is repeated', async () => {
      const [row] = await api.query<{ attempt: number }>('SELECT attempt FROM outbox WHERE confirm = $1', [other]);
      return (row?.attempt ?? 0) >= 3;
    });
    expect(await attempts()).toBe(settledAt);
    await api.transaction((tx) => outbox.settle(tx, other));
  });

  it.each(['rack.1', 'default', ''])('serves the group "%s" alone', async (group) => {
    const node = randomUUID();
    const handled: string[] = [];
    await consumers.consume({
      stream: 'WORK',
      durable: workDurable('provision', group, 'fake-hardware'),
      filter: workFilter('provision', group, 'fake-hardware'),
      type: Counted,
      database: conductor,
      handle: async (message) => {
        handled.push(message.data.node);
      },
    });
    const subject = workSubject('provision', group, 'fake-hardware', 'clean');
    await api.transaction((tx) =>
      outbox.add(tx, { stream: 'WORK', subject, type: 't', aggregate: node, data: Counted.of(node, 1) }),
    );
    await waitFor('the command', () => handled.length > 0);
    expect(handled).toEqual([node]);
  });
});
