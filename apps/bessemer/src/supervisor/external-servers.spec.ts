import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedNats, EmbeddedPostgres } from '@bessemer/embedded';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUp, StandInInstance } from './testing/stand-in-instance.js';

describe("./bessemer up on an operator's own servers", () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  let nats: EmbeddedNats;
  let sut: StandInInstance;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bessemer-servers-'));
    postgres = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres'), durable: false });
    nats = await EmbeddedNats.start({ dataDir: join(folder, 'nats') });
    const admin = new pg.Client({ connectionString: postgres.adminUrl });
    await admin.connect();
    await admin.query("CREATE ROLE operator LOGIN CREATEDB CREATEROLE PASSWORD 'opensesame'");
    await admin.query('CREATE DATABASE metal OWNER operator');
    await admin.end();
    sut = await StandInInstance.create({
      BESSEMER_DATABASE_URL: `postgres://operator:opensesame@127.0.0.1:${postgres.port}/metal`,
      BESSEMER_NATS_URL: `nats://shared:let-me-in@127.0.0.1:${nats.port}`,
    });
    await sut.bessemer('up', '-d', '--port', '0', '--inspector-port', '0');
  });

  afterAll(async () => {
    await sut.remove();
    await nats.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('starts none of its own and shows where they are, without credentials', async () => {
    const status = await sut.status();
    expect(isUp(status)).toBe(true);
    expect(status.postgres).toMatchObject({ pid: null, url: `postgres://127.0.0.1:${postgres.port}/metal` });
    expect(status.nats).toMatchObject({ pid: null, url: `nats://127.0.0.1:${nats.port}` });
    expect(await readdir(sut.data)).not.toContain('postgres');
  });

  it('gives services their own roles, never the one of the operator', async () => {
    const api = await sut.environmentOf('api');
    expect(api['BESSEMER_DATABASE_URL']).toMatch(/^postgres:\/\/metal_api:.*\/metal$/);
    expect(api).toMatchObject({ BESSEMER_NATS_USER: 'shared', BESSEMER_NATS_PASSWORD: 'let-me-in' });
    expect(JSON.stringify(api)).not.toContain('opensesame');
  });

  it('starts again on what it prepared', async () => {
    await sut.bessemer('down');
    await sut.bessemer('up', '-d');
    expect(isUp(await sut.status())).toBe(true);
  });
});
