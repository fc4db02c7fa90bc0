import { randomUUID } from 'node:crypto';
import { Bus, Consumers, Outbox, type Received, Relay } from '@bessemer/bus';
import type { Database } from '@bessemer/database';
import { IsInt } from 'class-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
import { Counted } from './counted.js';
import { CountersTable1700000000001, change, EffectsTable1700000000002, nodes } from './workload.js';

class Tick {
  @IsInt() tick!: number;
}

describe('Keeping house', () => {
  let stack: TestStack;
  let api: Database;
  let conductor: Database;
  let bus: Bus;
  let consumers: Consumers;

  beforeAll(async () => {
    stack = await TestStack.start();
    api = await stack.database('api', { migrations: [CountersTable1700000000001] });
    conductor = await stack.database('conductor', { migrations: [EffectsTable1700000000002] });
    bus = await stack.bus('api');
    consumers = new Consumers(await stack.bus('conductor'), stack.logger);
    stack.onStop(() => consumers.stop());
  });
  afterAll(() => stack.stop());

  it('removes what is older than its retention, and nothing that is still to be sent or confirmed', async () => {
    const [node = ''] = nodes(1);
    const outbox = new Outbox('bessemer/api');
    const add = (confirm?: string) =>
      api.transaction((tx) =>
        outbox.add(tx, {
          stream: 'WORK',
          subject: 'metal.work.power._.ipmi.power',
          type: 't',
          aggregate: node,
          data: Counted.of(node, 1),
          ...(confirm === undefined ? {} : { confirm }),
        }),
      );
    await add();
    await add('settled');
    await add('unsettled');
    const publisher = new Relay({ database: api, bus, logger: stack.logger });
    await publisher.start();
    await waitFor('they are sent', () => isSent(api));
    await publisher.stop();
    await api.transaction((tx) => outbox.settle(tx, 'settled'));
    await api.query(`UPDATE outbox SET sent_at = now() - interval '1 hour'`);
    await api.query(`INSERT INTO inbox (durable, message_id, received_at) VALUES
      ('d', 'old', now() - interval '3 hours'), ('d', 'young', now() - interval '1 hour')`);
    const cleaner = new Relay({
      database: api,
      bus,
      logger: stack.logger,
      retentionMs: 1_800_000,
      confirmAfterMs: 86_400_000,
    });
    await cleaner.start();
    await waitFor('the old inbox entry is gone', async () => (await api.query('SELECT 1 FROM inbox')).length === 1);
    await cleaner.stop();
    expect(await api.query('SELECT confirm FROM outbox')).toEqual([{ confirm: 'unsettled' }]);
    expect(await api.query('SELECT message_id FROM inbox')).toEqual([{ message_id: 'young' }]);
  });

  it('publishes although to find what is to be sent takes longer than the lead is trusted without an answer', async () => {
    const slow = await stack.database('inspector');
    await slow.query('ALTER TABLE outbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY');
    await slow.query(
      `CREATE POLICY slowly ON outbox USING (sent_at IS NOT NULL
         OR (SELECT CASE WHEN current_query() LIKE 'WITH chosen%' THEN pg_sleep(4)::text ELSE '' END) IS NOT NULL)`,
    );
    const relay = new Relay({ database: slow, bus: await stack.bus('inspector'), logger: stack.logger });
    await relay.start();
    const subject = 'metal.event.inspector.introspection.x.finished';
    await slow.transaction((tx) =>
      new Outbox('bessemer/inspector').add(tx, { stream: 'EVENTS', subject, type: 't', aggregate: 'x', data: {} }),
    );
    await waitFor('it is sent', () => isSent(slow));
    await relay.stop();
  });

  it('publishes at once what is committed in the process of the relay, and elsewhere', async () => {
    const relay = new Relay({ database: api, bus, logger: stack.logger, sweepMs: 600_000 });
    await relay.start();
    await waitFor('it leads', () => relay.isLeading);
    const elsewhere = await stack.database('api');
    for (const database of [api, elsewhere, api, elsewhere]) {
      const [node = ''] = nodes(1);
      await change(database, node);
      await waitFor('it is sent', () => isSent(api), 2_000);
    }
    await relay.stop();
  });

  it('lets a consumer begin with what is new, and tell classes by type', async () => {
    const relay = new Relay({ database: api, bus, logger: stack.logger });
    await relay.start();
    stack.onStop(() => relay.stop());
    const [old = '', young = ''] = nodes(2);
    await change(api, old);
    await waitFor('it is sent', () => isSent(api));
    const received: Received<Counted | Tick>[] = [];
    await consumers.consume<Counted | Tick>({
      stream: 'EVENTS',
      durable: 'conductor-from-api',
      filter: 'metal.event.api.>',
      type: Counted,
      classOf: (type) => (type === 'bessemer.test.tick' ? Tick : undefined),
      database: conductor,
      deliverFrom: 'new',
      handle: async (message) => {
        received.push(message);
      },
    });
    await change(api, young);
    await api.transaction((tx) =>
      new Outbox('bessemer/api').add(tx, {
        stream: 'EVENTS',
        subject: `metal.event.api.clock.${randomUUID()}.tick`,
        type: 'bessemer.test.tick',
        aggregate: 'clock',
        data: Object.assign(new Tick(), { tick: 1 }),
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      }),
    );
    await waitFor('both', () => received.length === 2);
    const byType = new Map(received.map((message) => [message.type, message]));
    expect(byType.get('bessemer.test.counted')?.data).toEqual(Counted.of(young, 1));
    expect(byType.get('bessemer.test.tick')?.data).toBeInstanceOf(Tick);
    expect(byType.get('bessemer.test.tick')?.traceparent).toMatch(/^00-4bf9/);
  });
});

async function isSent(api: Database): Promise<boolean> {
  return (await api.query('SELECT 1 FROM outbox WHERE sent_at IS NULL')).length === 0;
}
