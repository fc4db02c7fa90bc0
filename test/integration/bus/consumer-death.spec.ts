import { type Bus, Relay } from '@bessemer/bus';
import { eventDurable } from '@bessemer/contracts';
import type { Database } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
import { Child } from './child.js';
import {
  CountersTable1700000000001,
  change,
  EffectsTable1700000000002,
  effectsSeen,
  expectExactlyOnceInOrder,
  isComplete,
  nodes,
} from './workload.js';

describe('Death of a consuming service', () => {
  let stack: TestStack;
  let api: Database;
  let conductor: Database;
  let bus: Bus;

  beforeAll(async () => {
    stack = await TestStack.start();
    api = await stack.database('api', { migrations: [CountersTable1700000000001] });
    conductor = await stack.database('conductor', { migrations: [EffectsTable1700000000002] });
    bus = await stack.bus('conductor');
    const relay = new Relay({ database: api, bus: await stack.bus('api'), logger: stack.logger });
    await relay.start();
    stack.onStop(() => relay.stop());
  });
  afterAll(() => stack.stop());

  it.each([
    { fault: 'before-commit', effects: 0 },
    { fault: 'before-ack', effects: 1 },
  ])('$fault loses nothing and repeats nothing', async ({ fault, effects }) => {
    const [node = ''] = nodes(1);
    const before = await effectsSeen(conductor);
    const mortal = await Child.start(stack, 'conductor', 'consume', ['mortal']);
    await change(api, node, { fault });
    await mortal.exited;
    expect(await effectsSeen(conductor)).toBe(before + effects);
    const next = await Child.start(stack, 'conductor', 'consume');
    for (let time = 0; time < 5; time += 1) await change(api, node);
    await waitFor('all effects', () => isComplete(api, conductor));
    await waitFor('all is acknowledged, the repeated delivery too', async () => {
      const info = await bus.manager.consumers.info('EVENTS', eventDurable('conductor', 'api'));
      return info.num_pending === 0 && info.num_ack_pending === 0;
    });
    await expectExactlyOnceInOrder(api, conductor);
    await next.stop();
  });
});
