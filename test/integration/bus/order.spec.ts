import type { Database } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
import { Child } from './child.js';
import {
  CountersTable1700000000001,
  EffectsTable1700000000002,
  expectExactlyOnceInOrder,
  isComplete,
  nodes,
} from './workload.js';

describe('Order of each node', () => {
  let stack: TestStack;
  let api: Database;
  let conductor: Database;

  beforeAll(async () => {
    stack = await TestStack.start();
    api = await stack.database('api', { migrations: [CountersTable1700000000001] });
    conductor = await stack.database('conductor', { migrations: [EffectsTable1700000000002] });
  });
  afterAll(() => stack.stop());

  it('holds with three publishing and three consuming processes, one of each killed in their midst', async () => {
    const some = nodes(10);
    const [consumers, publishers, mortal] = await Promise.all([
      Promise.all([1, 2, 3].map(() => Child.start(stack, 'conductor', 'consume'))),
      Promise.all([1, 2].map(() => Child.start(stack, 'api', 'publish', ['30', ...some]))),
      Child.start(stack, 'api', 'publish', ['1000', ...some]),
    ]);
    await waitFor(
      'work on the way',
      async () => {
        const [row] = await conductor.query<{ count: string }>('SELECT count(*) AS count FROM effects');
        return Number(row?.count) > 150;
      },
      30_000,
    );
    await Promise.all([mortal.kill(), consumers[0]?.kill()]);
    await Promise.all(publishers.map((publisher) => publisher.hear('done')));
    await waitFor('all effects', () => isComplete(api, conductor), 40_000);
    await expectExactlyOnceInOrder(api, conductor);
    const shares = await conductor.query('SELECT process FROM effects GROUP BY process');
    expect(shares.length).toBe(3);
    await Promise.all([...consumers, ...publishers].map((child) => child.stop()));
  }, 90_000);
});
