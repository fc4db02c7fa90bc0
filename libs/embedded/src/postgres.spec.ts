import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPostgres, freePort } from './index.js';

async function query<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe(EmbeddedPostgres.name, () => {
  let folder: string;
  let sut: EmbeddedPostgres;

  beforeAll(async () => {
    // Mode 0700, as every folder that mkdtemp makes: root's server must get through it too.
    folder = await mkdtemp(join(tmpdir(), 'bessemer-postgres-'));
    sut = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres'), durable: false });
  });

  afterAll(async () => {
    await sut.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('accepts connections on a free port', async () => {
    expect(await query(sut.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(new URL(sut.adminUrl).port).toBe(String(sut.port));
  });

  it('asks for its password', async () => {
    const url = new URL(sut.adminUrl);
    url.password = 'wrong';
    await expect(query(url.toString(), 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect((await stat(join(folder, 'postgres', 'admin-password'))).mode & 0o777).toBe(0o600);
  });

  it('listens on the loopback interface alone', async () => {
    expect(await query(sut.adminUrl, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(sut.adminUrl, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
  });

  it('starts again after a kill -9 and keeps what was committed', async () => {
    await query(sut.adminUrl, 'CREATE TABLE kept AS SELECT 7 AS n');
    const url = sut.adminUrl;
    await sut.kill();
    sut = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres'), port: sut.port, durable: false });
    expect(sut.adminUrl).toBe(url);
    expect(await query(url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  it('starts although its pid file names another living process', async () => {
    await sut.kill();
    const pidFile = join(folder, 'postgres', 'cluster', 'postmaster.pid');
    const owner = await stat(join(folder, 'postgres', 'cluster'));
    await writeFile(pidFile, `${process.pid}\n${join(folder, 'postgres', 'cluster')}\n1\n5432\n\n127.0.0.1\n`);
    await chmod(pidFile, 0o600);
    if (process.getuid?.() === 0) {
      await chown(pidFile, owner.uid, owner.gid);
    }
    sut = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres'), durable: false });
    expect(await query(sut.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says why it does not come up', async () => {
    const port = sut.port;
    await expect(EmbeddedPostgres.start({ dataDir: join(folder, 'second'), port, durable: false })).rejects.toThrow(
      /Address already in use/,
    );
  });

  it('is durable unless told otherwise', async () => {
    const durable = await EmbeddedPostgres.start({ dataDir: join(folder, 'third'), port: await freePort() });
    try {
      expect(await query(durable.adminUrl, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
      expect(await query(durable.adminUrl, 'SHOW max_connections')).toEqual([{ max_connections: '200' }]);
    } finally {
      await durable.stop();
    }
  });
});
