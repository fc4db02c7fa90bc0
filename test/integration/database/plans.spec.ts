import { anyNumberOf, type Database, type Transaction } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack } from '../stack/index.js';

/** How many rows of the table this connection has read, by an index or from its beginning to its end. */
async function rowsRead(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ rows: string }>(
    `SELECT seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_xact_user_tables WHERE relname = 'machines'`,
  );
  return Number(row?.rows);
}

describe('the plan', () => {
  let stack: TestStack;
  let sut: Database;
  beforeAll(async () => {
    stack = await TestStack.start();
    sut = await stack.database('api');
    await sut.query('CREATE TABLE machines (id integer PRIMARY KEY, state text NOT NULL, note text NOT NULL)');
    await sut.query('CREATE INDEX machines_state ON machines (state, id)');
    await sut.query(`INSERT INTO machines SELECT i, 'active', repeat('x', 200) FROM generate_series(1, 20000) i`);
    await sut.query('ANALYZE machines');
  });
  afterAll(() => stack.stop());

  it.each([
    {
      what: 'leaves out conditions whose parameters are null',
      sql: 'SELECT id FROM machines WHERE ($1::integer IS NULL OR id > $1) AND ($2::integer IS NULL OR id <= $2)',
      parameters: [100, 103],
      rows: 3,
    },
    {
      what: 'finds a rare value by its index',
      sql: 'SELECT id, note FROM machines WHERE state = $1 ORDER BY id LIMIT $2',
      parameters: ['broken', 1000],
      rows: 0,
    },
  ])('of a statement $what', async ({ sql, parameters, rows }) => {
    const read = await sut.transaction(async (tx) => {
      const before = await rowsRead(tx);
      expect(await tx.query(sql, parameters)).toHaveLength(rows);
      return (await rowsRead(tx)) - before;
    });
    // The planner itself looks up the ends of an index.
    expect(read).toBeLessThan(rows + 10);
  });

  it('of a hot statement is kept for lists of any length', async () => {
    const plans = await sut.transaction(async (tx) => {
      const ids = Array.from({ length: 40 }, (_, index) => index + 1);
      for (const length of [1, 2, 3, 1, 2, 1, 40, 1, 3])
        await tx.prepared('machines', `SELECT note FROM machines WHERE id = ANY(${anyNumberOf('$1', 'integer[]')})`, [
          ids.slice(0, length),
        ]);
      return tx.query<{ kept: string }>(
        `SELECT generic_plans AS kept FROM pg_prepared_statements WHERE name = 'machines'`,
      );
    });
    expect(plans.map(({ kept }) => Number(kept))).toEqual([4]);
  });
});
