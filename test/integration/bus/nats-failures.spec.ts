import { Bus, Consumers, Relay } from '@bessemer/bus';
import { eventDurable, eventFilter } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
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

const durable = eventDurable('conductor', 'api');

describe('Failures of NATS', () => {
  let stack: TestStack;
  let api: Database;
  let conductor: Database;
  let apiBus: Bus;
  let conductorBus: Bus;
  let relay: Relay;
  let consumers: Consumers;

  const startRelay = async () => {
    relay = new Relay({ database: api, bus: apiBus, logger: stack.logger, sweepMs: 300 });
    await relay.start();
  };
  const startConsumer = async () => {
    consumers = new Consumers(conductorBus, stack.logger);
    await consumers.consume({
      stream: 'EVENTS',
      durable,
      filter: eventFilter('api'),
      type: Counted,
      database: conductor,
      handle: effect,
    });
  };

  beforeAll(async () => {
    stack = await TestStack.start();
    api = await stack.database('api', { migrations: [CountersTable1700000000001] });
    conductor = await stack.database('conductor', { migrations: [EffectsTable1700000000002] });
    apiBus = await stack.bus('api');
    conductorBus = await stack.bus('conductor');
  });
  afterAll(() => stack.stop());
  beforeEach(async () => {
    await startRelay();
    await startConsumer();
  });
  afterEach(async () => {
    await relay.stop();
    await consumers.stop();
  });

  /** Changes nodes until `during` is over, and checks what has become of it. */
  const underLoad = async (during: () => Promise<void>) => {
    const some = nodes(8);
    let isOver = false;
    const load = (async () => {
      while (!isOver) {
        await Promise.all(some.map((node) => change(api, node)));
        await waitFor('a short backlog', async () => isOver || (await backlog()) < 200);
      }
    })();
    try {
      await effectsBeyond(50);
      await during();
      await effectsBeyond(50);
    } finally {
      isOver = true;
      await load;
    }
    await waitFor('all effects', () => isComplete(api, conductor));
    await expectExactlyOnceInOrder(api, conductor);
  };
  const backlog = async () => (await changesMade(api)) - (await effectsSeen(conductor));
  const effectsBeyond = async (more: number) => {
    const before = await effectsSeen(conductor);
    await waitFor('more effects', async () => (await effectsSeen(conductor)) > before + more);
  };

  it('a restart under load loses nothing', () => underLoad(() => stack.nats.restart()));

  it('a deleted store under load loses nothing', () =>
    underLoad(async () => {
      await stack.nats.kill();
      await stack.nats.deleteStore();
      await stack.nats.resume();
    }));

  it('a deleted stream under load loses nothing', () =>
    underLoad(async () => {
      await administrator(stack, async (manager) => void (await manager.streams.delete('EVENTS')));
    }));

  it('a deleted consumer under load loses nothing', () =>
    underLoad(async () => {
      await administrator(stack, async (manager) => void (await manager.consumers.delete('EVENTS', durable)));
    }));

  it('what a deleted store held and nobody had handled is published again, before what is new', async () => {
    await consumers.stop();
    const some = nodes(5);
    for (const node of [...some, ...some]) await change(api, node);
    await waitFor('all is published', () => isPublished(api));
    await stack.nats.kill();
    await stack.nats.deleteStore();
    for (const node of some) await change(api, node);
    await stack.nats.resume();
    await waitFor('the connection', () => conductorBus.isHealthy());
    await startConsumer();
    await waitFor('all effects', () => isComplete(api, conductor));
    await expectExactlyOnceInOrder(api, conductor);
  });

  it('a store that lost its end is made good', async () => {
    const some = nodes(5);
    for (const node of some) await change(api, node);
    await waitFor('all effects', () => isComplete(api, conductor));
    await stack.nats.kill();
    await stack.nats.saveStore();
    await stack.nats.resume();
    await consumers.stop();
    for (const node of [...some, ...some]) await change(api, node);
    await waitFor('all is published', () => isPublished(api));
    await stack.nats.kill();
    await stack.nats.restoreStore();
    await stack.nats.resume();
    await waitFor('the connection', () => conductorBus.isHealthy());
    await startConsumer();
    await waitFor('all effects', () => isComplete(api, conductor));
    await expectExactlyOnceInOrder(api, conductor);
  });

  it('what others wrote in the place of the lost end does not hide the loss', async () => {
    const some = nodes(3);
    for (const node of some) await change(api, node);
    await waitFor('all effects', () => isComplete(api, conductor));
    await stack.nats.kill();
    await stack.nats.saveStore();
    await stack.nats.resume();
    await consumers.stop();
    for (const node of some) await change(api, node);
    await waitFor('all is published', () => isPublished(api));
    await relay.stop();
    await stack.nats.kill();
    await stack.nats.restoreStore();
    await stack.nats.resume();
    await waitFor('the connection', () => conductorBus.isHealthy() && apiBus.isHealthy());
    for (let time = 0; time < 10; time += 1) {
      await conductorBus.jetstream.publish('metal.event.conductor.task.x.noise', '{}');
    }
    await startRelay();
    await startConsumer();
    await waitFor('all effects', () => isComplete(api, conductor));
    await expectExactlyOnceInOrder(api, conductor);
  });

  it('leaves nothing unacknowledged behind', async () => {
    const manager = await jetstreamManager(conductorBus.connection);
    await waitFor('everything is acknowledged', async () => {
      const info = await manager.consumers.info('EVENTS', durable);
      return info.num_ack_pending === 0 && info.num_pending === 0;
    });
    expect(await conductor.query('SELECT 1 FROM dead_letters')).toEqual([]);
  });
});

async function isPublished(api: Database): Promise<boolean> {
  return (await api.query('SELECT 1 FROM outbox WHERE sent_at IS NULL')).length === 0;
}

/** Does what only an operator with full rights may do. */
async function administrator(
  stack: TestStack,
  work: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<void>,
): Promise<void> {
  const connection = await stack.nats.connectAsAdministrator();
  try {
    await work(await jetstreamManager(connection));
  } finally {
    await connection.close();
  }
}
