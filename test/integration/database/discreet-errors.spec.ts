import { inspect } from 'node:util';
import type { Database } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack } from '../stack/index.js';

const secret = 'correct-horse-battery';

describe('the error of a statement', () => {
  let stack: TestStack;
  let sut: Database;
  beforeAll(async () => {
    stack = await TestStack.start();
    sut = await stack.database('api');
    await sut.query('CREATE TABLE things (name text PRIMARY KEY, number integer CHECK (number > 0), document jsonb)');
    await sut.query('INSERT INTO things (name) VALUES ($1)', [secret]);
  });
  afterAll(() => stack.stop());

  const insert = 'INSERT INTO things (name, number, document) VALUES ($1, $2, $3)';
  const failures: readonly [what: string, sql: string, parameters: readonly unknown[], code: string][] = [
    ['a duplicate', insert, [secret, 1, null], '23505'],
    ['a check', insert, [`${secret}-2`, -1, null], '23514'],
    ['a missing value', insert, [null, 1, `{"a":"${secret}"}`], '23502'],
    ['a malformed document', insert, ['b', 1, `{"a":"${secret}`], '22P02'],
    ['a malformed number', insert, ['b', secret, null], '22P02'],
    ['a malformed number in quotation marks', insert, ['b', `"${secret}"`, null], '22P02'],
    ['a statement that is wrong', 'SELECT $1::text FROM nothing', [secret], '42P01'],
  ];
  const ways: readonly [way: string, run: (sql: string, parameters: readonly unknown[]) => Promise<unknown>][] = [
    ['a query', (sql, parameters) => sut.query(sql, parameters)],
    ['a prepared statement', (sql, parameters) => sut.prepared(sql, sql, parameters)],
    ['a reading of texts', (sql, parameters) => sut.texts(sql, parameters)],
    ['a reading row by row', (sql, parameters) => sut.eachText(sql, parameters, () => undefined)],
    ['a transaction', (sql, parameters) => sut.transaction((tx) => tx.query(sql, parameters))],
    [
      'a prepared one in a transaction',
      (sql, parameters) => sut.transaction((tx) => tx.prepared(sql, sql, parameters)),
    ],
  ];

  it.each(ways.flatMap(([way, run]) => failures.map((failure) => [way, ...failure, run] as const)))(
    'of %s by %s shows what failed, and none of its values',
    async (_way, _what, sql, parameters, code, run) => {
      const error = await run(sql, parameters).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code, message: expect.stringMatching(/\w/) });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret);
    },
  );
});
