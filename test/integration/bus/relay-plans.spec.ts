import { Relay } from '@bessemer/bus';
import type { Database } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
import { CountersTable1700000000001, change, nodes } from './workload.js';

const poolSize = 2;

interface Scans {
  whole: number;
  byIndex: number;
}

/** How often the outbox was read, of what Postgres has counted by now. */
async function scans(database: Database): Promise<Scans> {
  const [row] = await database.query<{ seq_scan: string; idx_scan: string }>(
    `SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = 'outbox' AND schemaname = 'api'`,
  );
  return { whole: Number(row?.seq_scan), byIndex: Number(row?.idx_scan) };
}

/** Postgres counts in a while, unless it is told to. */
async function countAll(database: Database): Promise<void> {
  const connections = Array.from({ length: poolSize }, () => database.query('SELECT pg_stat_force_next_flush()'));
  await Promise.all(connections);
}

describe('Plans of the relay', () => {
  let stack: TestStack;
  let api: Database;

  beforeAll(async () => {
    stack = await TestStack.start();
    api = await stack.database('api', { migrations: [CountersTable1700000000001], poolSize });
  });
  afterAll(() => stack.stop());

  it('never read the whole outbox, small and new as it may be', async () => {
    const ofRelay = await stack.database('api', { poolSize });
    const relay = new Relay({ database: ofRelay, bus: await stack.bus('api'), logger: stack.logger, sweepMs: 200 });
    await relay.start();
    const some = nodes(30);
    const publishSome = async (): Promise<void> => {
      const { byIndex } = await scans(api);
      for (const node of some) await change(api, node);
      await waitFor('they are published', async () => (await scans(api)).byIndex > byIndex + some.length);
    };
    await publishSome();
    // By now the migrations have read it, and the relay that looked for what is outdated, on the connections of these.
    await Promise.all([countAll(api), countAll(ofRelay)]);
    const before = await scans(api);
    await publishSome();
    await publishSome();
    expect((await scans(api)).whole).toBe(before.whole);
    await relay.stop();
  });
});
