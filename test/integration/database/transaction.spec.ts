import type { Database } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack } from '../stack/index.js';

let stack: TestStack;
let database: Database;

beforeAll(async () => {
  stack = await TestStack.start();
  database = await stack.database('api');
  await database.query('CREATE TABLE notes (id integer PRIMARY KEY)');
});
afterAll(() => stack.stop());

const insert = 'INSERT INTO notes SELECT unnest($1::integer[]) RETURNING id';

async function notes(): Promise<number[]> {
  const rows = await database.query<{ id: number }>('SELECT id FROM notes ORDER BY id');
  return rows.map(({ id }) => id);
}

/** What the transaction is to leave behind when it fails. */
async function expectFailure(work: Parameters<Database['transaction']>[0], failure: object): Promise<void> {
  const before = await notes();
  await expect(database.transaction(work)).rejects.toMatchObject(failure);
  expect(await notes()).toEqual(before);
  // The connection is fit for others.
  expect(await database.transaction((tx) => tx.query('SELECT 1 AS one'))).toEqual([{ one: 1 }]);
}

describe('what is sent before the commit and answered with it', () => {
  it('is committed, and its answer is there afterwards', async () => {
    let isAfter = false;
    const { answer } = await database.transaction(async (tx) => {
      await tx.query(insert, [[1]]);
      const rows = tx.prepared<{ id: number }>('insert notes', insert, [[2, 3]]);
      tx.withCommit(rows);
      tx.afterCommit(() => {
        isAfter = true;
      });
      return { answer: rows };
    });
    expect(isAfter).toBe(true);
    expect(await answer).toEqual([{ id: 2 }, { id: 3 }]);
    expect(await notes()).toEqual([1, 2, 3]);
  });

  it('fails the transaction when Postgres refuses it', async () => {
    await expectFailure(
      async (tx) => {
        await tx.query(insert, [[10]]);
        tx.withCommit(tx.query(insert, [[11]]));
        tx.withCommit(tx.query(insert, [[1]]));
        tx.withCommit(tx.query(insert, [[12]]));
      },
      { code: '23505' },
    );
  });

  it('tells its own failure, not those that came of it', async () => {
    await expectFailure(
      async (tx) => {
        tx.withCommit(tx.query(insert, [[1]]));
        await tx.query(insert, [[10]]);
      },
      { code: '23505' },
    );
  });

  it('fails the transaction when it cannot be sent at all', async () => {
    const circle: unknown[] = [];
    circle.push({ circle });
    await expectFailure(
      async (tx) => {
        await tx.query(insert, [[10]]);
        tx.withCommit(tx.query('INSERT INTO notes SELECT $1::jsonb IS NULL', [{ circle }]));
      },
      { message: expect.stringMatching(/circular/i) },
    );
    await database.query('SELECT 1');
    await expectFailure(
      async (tx) => {
        await tx.query(insert, [[10]]);
        tx.withCommit(tx.prepared('insert notes', 'SELECT 1 AS another'));
      },
      { message: expect.stringMatching(/unique/) },
    );
  });

  it('fails the transaction when the work that was to send it fails', async () => {
    await expectFailure(
      async (tx) => {
        await tx.query(insert, [[10]]);
        tx.withCommit(Promise.reject(new Error('too large')));
      },
      { message: 'too large' },
    );
  });

  it('fails the transaction when the connection is lost', async () => {
    await expectFailure(async (tx) => {
      await tx.query(insert, [[10]]);
      tx.withCommit(tx.query('SELECT pg_terminate_backend(pg_backend_pid())'));
      tx.withCommit(tx.query(insert, [[11]]));
    }, {});
  });
});

describe('a transaction', () => {
  it('is rolled back when its work fails, and does nothing afterwards', async () => {
    await expectFailure(
      async (tx) => {
        await tx.query(insert, [[10]]);
        tx.afterCommit(() => expect.unreachable());
        throw new Error('no');
      },
      { message: 'no' },
    );
  });

  it('is not taken for committed when a statement of it had failed', async () => {
    await expectFailure(
      async (tx) => {
        await tx.query(insert, [[10]]);
        await tx.query(insert, [[10]]).catch(() => undefined);
      },
      { code: 'internal' },
    );
  });

  it('takes no statement after its end', async () => {
    const { tx } = await database.transaction(async (open) => ({ tx: open }));
    await expect(tx.query(insert, [[10]])).rejects.toMatchObject({ code: 'internal' });
    await expect(tx.texts('SELECT 1')).rejects.toMatchObject({ code: 'internal' });
    expect(await notes()).not.toContain(10);
  });
});
