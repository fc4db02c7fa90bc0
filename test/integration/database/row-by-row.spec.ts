import type { Database, TextRow } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack } from '../stack/index.js';

const numbers = 'SELECT n, NULL, n::text || $1 FROM generate_series(1, 5000) AS n';

describe('a statement that is read row by row', () => {
  let stack: TestStack;
  let sut: Database;
  beforeAll(async () => {
    stack = await TestStack.start();
    sut = await stack.database('api', { poolSize: 2 });
  });
  afterAll(() => stack.stop());

  /** The pool has two connections: two readers that keep theirs keep everybody waiting. */
  const works = async (): Promise<void> => {
    const rows: TextRow[] = [];
    await sut.eachText(numbers, ['!'], (row) => rows.push(row));
    expect(rows).toHaveLength(5000);
    expect(rows.at(-1)).toEqual(['5000', null, '5000!']);
  };

  it('hands on each row in order, as texts', works);

  it('is refused with what Postgres says', async () => {
    await expect(sut.eachText('SELECT nothing', [], () => undefined)).rejects.toThrow(/nothing/);
    await expect(sut.eachText('SELECT 1 / (3 - n) FROM generate_series(1, 9) n', [], () => undefined)).rejects.toThrow(
      /division by zero/,
    );
    await works();
  });

  it('is refused with what the reader throws, which reads no further row', async () => {
    let read = 0;
    const fail = (): void => {
      read += 1;
      throw new Error('unreadable');
    };
    await expect(sut.eachText(numbers, ['!'], fail)).rejects.toThrow('unreadable');
    await expect(sut.eachText(numbers, ['!'], fail)).rejects.toThrow('unreadable');
    expect(read).toBe(2);
    await works();
  });

  it('is refused when the connection is lost in between, and the next one has another connection', async () => {
    const kill = 'SELECT pg_terminate_backend(pg_backend_pid()), n FROM generate_series(1, 9) n';
    await expect(sut.eachText(kill, [], () => undefined)).rejects.toThrow(/terminat/);
    await expect(sut.eachText(kill, [], () => undefined)).rejects.toThrow(/terminat/);
    await works();
  });
});
