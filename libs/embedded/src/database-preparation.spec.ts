import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropDatabase, EmbeddedPostgres, prepareDatabase, type ServiceSchema, serviceSchemas } from './index.js';

describe(prepareDatabase.name, () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  let urls: Record<ServiceSchema, string>;

  async function run(url: string, ...statements: string[]): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) rows = (await client.query(statement)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bessemer-prepare-'));
    postgres = await EmbeddedPostgres.start({ dataDir: folder, durable: false });
    urls = await prepareDatabase(postgres.adminUrl, 'one');
  });

  afterAll(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(serviceSchemas)('gives %s its own schema', async (schema) => {
    const rows = await run(urls[schema], 'CREATE TABLE own (n int)', 'SELECT current_user, current_schema');
    expect(rows).toEqual([{ current_user: `one_${schema}`, current_schema: schema }]);
  });

  it.each([
    ["read another service's table", 'SELECT * FROM conductor.own'],
    ['create one there', 'CREATE TABLE conductor.other (n int)'],
    ['create one in public', 'CREATE TABLE public.other (n int)'],
    ['make a schema', 'CREATE SCHEMA other'],
    ["take another's role", 'SET ROLE one_conductor'],
    ['make a role', 'CREATE ROLE other'],
  ])('does not let a role %s', async (_, sql) => {
    await expect(run(urls.api, sql)).rejects.toThrow(/permission denied/);
  });

  it('keeps everything when run again, with the passwords it is given', async () => {
    const password = new URL(urls.api).password;
    const again = await prepareDatabase(postgres.adminUrl, 'one', { api: password });
    expect(again.api).toBe(urls.api);
    expect(await run(again.api, 'SELECT count(*)::int AS n FROM own')).toEqual([{ n: 0 }]);
    expect(again.conductor).not.toBe(urls.conductor);
    await expect(run(urls.conductor, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    urls = again;
  });

  it('may be run by many at once', async () => {
    const databases = ['a', 'a', 'b', 'c'];
    await Promise.all(databases.map((database) => prepareDatabase(postgres.adminUrl, database, { api: 'same' })));
    const mine = new URL(urls.api);
    mine.pathname = '/b';
    await expect(run(mine.toString(), 'SELECT 1')).rejects.toThrow(/permission denied for database/);
  });

  it('is undone by dropDatabase', async () => {
    await prepareDatabase(postgres.adminUrl, 'gone');
    await dropDatabase(postgres.adminUrl, 'gone');
    await dropDatabase(postgres.adminUrl, 'gone');
    expect(await run(postgres.adminUrl, "SELECT 1 FROM pg_roles WHERE rolname LIKE 'gone%'")).toEqual([]);
  });

  it.each(['', 'a b', 'a;b', '1a', 'x'.repeat(60)])('refuses the name %j', async (name) => {
    await expect(prepareDatabase(postgres.adminUrl, name)).rejects.toMatchObject({ code: 'invalid' });
  });
});
