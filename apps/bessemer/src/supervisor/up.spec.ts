import { spawn } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyService, isUp, mainProgram, StandInInstance } from './testing/stand-in-instance.js';

describe('./bessemer up', () => {
  let sut: StandInInstance;

  beforeAll(async () => {
    sut = await StandInInstance.create({
      BESSEMER_FAKE_DELAY: '1s',
      BESSEMER_API_HTPASSWD_FILE: 'users',
      BESSEMER_API_USER: 'ada',
      BESSEMER_API_PASSWORD: 'of the one who asks, not of services',
      AWS_SECRET_ACCESS_KEY: 'of no concern to services',
    });
    const urls = await sut.bessemer('up', '-d', '--port', '0', '--inspector-port', '0', '--conductors', '2');
    expect(urls).toMatch(/^API +http:\/\/127.0.0.1:\d+\nInspector +http:\/\/127.0.0.1:\d+\nEvents +nats:/);
  });

  afterAll(async () => {
    await sut.remove();
  });

  it('says what runs', async () => {
    const now = await sut.status();
    expect(isUp(now)).toBe(true);
    expect(now.conductors.map(({ name }) => name)).toEqual(['conductor-1', 'conductor-2']);
    expect(now.api.url).toMatch(/^http:\/\/127.0.0.1:\d+$/);
    expect(now.nats.url).toMatch(/^nats:\/\/127.0.0.1:\d+$/);
    expect(everyService(now).every(({ pid }) => typeof pid === 'number')).toBe(true);
  });

  it('gives each service what it needs and no more', async () => {
    const api = await sut.environmentOf('api');
    const conductor = await sut.environmentOf('conductor-2');
    const dhcp = await sut.environmentOf('dhcp-manager');
    expect(api['BESSEMER_DATABASE_URL']).toMatch(/^postgres:\/\/bessemer_api:/);
    expect(api['BESSEMER_NATS_USER']).toBe('api');
    expect(api['BESSEMER_FAKE_DELAY']).toBe('1s');
    expect(api['BESSEMER_API_HTPASSWD_FILE']).toBe(resolve('users'));
    expect(api).not.toHaveProperty('BESSEMER_API_USER');
    expect(api).not.toHaveProperty('BESSEMER_API_PASSWORD');
    expect(api).not.toHaveProperty('BESSEMER_SEALING_KEYS_FILE');
    expect(api).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
    expect(conductor['BESSEMER_CONDUCTOR_HOST']).toBe('localhost-2');
    expect(dhcp).not.toHaveProperty('BESSEMER_INTERNAL_TOKEN');
    expect(dhcp['BESSEMER_DHCP_HOSTSDIR']).toBe('');
  });

  it('keeps secrets to their files', async () => {
    expect((await stat(join(sut.data, 'secrets'))).mode & 0o777).toBe(0o700);
    const text = await readFile(join(sut.data, 'secrets', 'secrets.json'), 'utf8');
    const secrets = text.match(/[\w-]{30,}/g) ?? [];
    expect(secrets.length).toBeGreaterThan(8);
    const commandLines = await Promise.all(
      everyService(await sut.status()).map(({ pid }) => readFile(`/proc/${pid}/cmdline`, 'utf8')),
    );
    const logs = await Promise.all(
      ['supervisor', 'nats', 'postgres', 'api'].map((name) => readFile(join(sut.data, 'log', `${name}.log`), 'utf8')),
    );
    for (const secret of secrets) expect([...commandLines, ...logs].join('\n')).not.toContain(secret);
  });

  it.each(['api', 'conductors', 'postgres', 'nats'] as const)('starts %s again after a kill -9', async (name) => {
    const before = [(await sut.status())[name]].flat()[0];
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const after = await sut.until((now) => isUp(now) && [now[name]].flat()[0]?.pid !== before?.pid);
    expect([after[name]].flat()[0]?.url).toBe(before?.url);
    expect(await sut.bessemer('logs', 'supervisor')).toMatch(/ended by SIGKILL; it is started again in \d+ ms/);
  });

  it('runs once for each folder', async () => {
    await expect(sut.bessemer('up', '-d')).rejects.toMatchObject({ stderr: expect.stringMatching(/runs already/) });
    expect(isUp(await sut.status())).toBe(true);
  });

  it('shows the logs', async () => {
    expect(await sut.bessemer('logs', 'api')).toMatch(/api {2}info stand-in ready/);
    expect((await sut.bessemer('logs', 'conductor')).match(/conductor-[12]/g)?.length).toBeGreaterThan(1);
    await expect(sut.bessemer('logs', 'nobody')).rejects.toMatchObject({
      stderr: expect.stringMatching(/There are: api/),
    });
  });

  it('takes its services with it when the supervisor is killed, and comes up again where it was', async () => {
    const before = await sut.status();
    const { supervisor } = JSON.parse(await readFile(join(sut.data, 'run', 'state.json'), 'utf8'));
    process.kill(supervisor.pid, 'SIGKILL');
    await sut.until((now) => everyService(now).every(({ pid }) => pid === null));
    await sut.bessemer('up', '-d', '--conductors', '1');
    const after = await sut.status();
    expect(isUp(after)).toBe(true);
    expect(after.api.url).toBe(before.api.url);
    expect(after.postgres.url).toBe(before.postgres.url);
    expect(after.conductors).toHaveLength(1);
  });

  it('says what did not come up, with its last words', async () => {
    await sut.bessemer('down');
    await writeFile(join(sut.data, 'broken'), '');
    await expect(sut.bessemer('up', '-d')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Not ready: (.|\n)*the stand-in is told to be broken/),
    });
    await rm(join(sut.data, 'broken'));
    expect(everyService(await sut.status()).every(({ pid, healthy }) => pid === null && !healthy)).toBe(true);
  });

  it('stops in order when its terminal says so', async () => {
    const child = spawn(process.execPath, [mainProgram, 'up', '--data', sut.data], {
      env: sut.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    const ready = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('Events ')) resolve();
      });
    });
    await ready;
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(output).toMatch(/api runs: pid \d+, http/);
    expect(await sut.bessemer('down')).toBe('nothing runs\n');
  });
});
