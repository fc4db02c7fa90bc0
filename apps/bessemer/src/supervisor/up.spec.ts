import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { InstanceStatus } from '../instance/instance-status.js';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../main.js', import.meta.url));
const standIn = fileURLToPath(new URL('./stand-in-service.js', import.meta.url));

describe('./bessemer up', () => {
  let folder: string;
  let data: string;
  let env: Record<string, string | undefined>;

  async function bessemer(command: string, ...args: string[]): Promise<string> {
    return (await run(process.execPath, [main, command, '--data', data, ...args], { env })).stdout;
  }
  async function status(): Promise<InstanceStatus> {
    return JSON.parse(await bessemer('status', '--json'));
  }
  async function until(condition: (status: InstanceStatus) => boolean): Promise<InstanceStatus> {
    const check = async () => {
      const now = await status();
      expect(condition(now), JSON.stringify(now)).toBe(true);
      return now;
    };
    return await vi.waitFor(check, { timeout: 20_000, interval: 100 });
  }
  const all = (now: InstanceStatus) => Object.values(now).flat();
  const isUp = (now: InstanceStatus) => all(now).every(({ healthy }) => healthy);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bessemer-up-'));
    data = join(folder, 'data');
    for (const app of ['api', 'inspector', 'dhcp-manager', 'conductor']) {
      await mkdir(join(folder, 'apps', app, 'dist'), { recursive: true });
      await symlink(standIn, join(folder, 'apps', app, 'dist', 'main.js'));
    }
    env = {
      PATH: process.env['PATH'],
      HOME: folder,
      BESSEMER_APPS_DIR: join(folder, 'apps'),
      BESSEMER_FAKE_DELAY: '1s',
      AWS_SECRET_ACCESS_KEY: 'of no concern to services',
    };
    const urls = await bessemer('up', '-d', '--port', '0', '--inspector-port', '0', '--conductors', '2');
    expect(urls).toMatch(/^API +http:\/\/127.0.0.1:\d+\nInspector +http:\/\/127.0.0.1:\d+\nEvents +nats:/);
  });

  afterAll(async () => {
    await bessemer('down');
    await rm(folder, { recursive: true, force: true });
  });

  it('says what runs', async () => {
    const now = await status();
    expect(isUp(now)).toBe(true);
    expect(now.conductors.map(({ name }) => name)).toEqual(['conductor-1', 'conductor-2']);
    expect(now.api.url).toMatch(/^http:\/\/127.0.0.1:\d+$/);
    expect(now.nats.url).toMatch(/^nats:\/\/127.0.0.1:\d+$/);
    expect(all(now).every(({ pid }) => typeof pid === 'number')).toBe(true);
  });

  it('gives each service what it needs and no more', async () => {
    const read = async (name: string) =>
      JSON.parse(await readFile(join(data, 'work', name, 'environment.json'), 'utf8')) as Record<string, string>;
    const [api, conductor, dhcp] = [await read('api'), await read('conductor-2'), await read('dhcp-manager')];
    expect(api['BESSEMER_DATABASE_URL']).toMatch(/^postgres:\/\/bessemer_api:/);
    expect(api['BESSEMER_NATS_USER']).toBe('api');
    expect(api['BESSEMER_FAKE_DELAY']).toBe('1s');
    expect(api).not.toHaveProperty('BESSEMER_SEALING_KEYS_FILE');
    expect(api).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
    expect(conductor['BESSEMER_CONDUCTOR_HOST']).toBe('conductor-2');
    expect(dhcp).not.toHaveProperty('BESSEMER_INTERNAL_TOKEN');
    expect(dhcp['BESSEMER_DHCP_HOSTSDIR']).toBe('');
  });

  it('keeps secrets to their files', async () => {
    expect((await stat(join(data, 'secrets'))).mode & 0o777).toBe(0o700);
    const text = await readFile(join(data, 'secrets', 'secrets.json'), 'utf8');
    const secrets = text.match(/[\w-]{30,}/g) ?? [];
    expect(secrets.length).toBeGreaterThan(8);
    const commandLines = await Promise.all(
      all(await status()).map(({ pid }) => readFile(`/proc/${pid}/cmdline`, 'utf8')),
    );
    const logs = await Promise.all(
      ['supervisor', 'nats', 'postgres', 'api'].map((name) => readFile(join(data, 'log', `${name}.log`), 'utf8')),
    );
    for (const secret of secrets) expect([...commandLines, ...logs].join('\n')).not.toContain(secret);
  });

  it.each(['api', 'conductors', 'postgres', 'nats'] as const)('starts %s again after a kill -9', async (name) => {
    const before = [(await status())[name]].flat()[0];
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const after = await until((now) => isUp(now) && [now[name]].flat()[0]?.pid !== before?.pid);
    expect([after[name]].flat()[0]?.url).toBe(before?.url);
    expect(await bessemer('logs', 'supervisor')).toMatch(/ended by SIGKILL; it is started again in \d+ ms/);
  });

  it('runs once for each folder', async () => {
    await expect(bessemer('up', '-d')).rejects.toMatchObject({ stderr: expect.stringMatching(/runs already/) });
    expect(isUp(await status())).toBe(true);
  });

  it('shows the logs', async () => {
    expect(await bessemer('logs', 'api')).toMatch(/api {2}info stand-in ready/);
    expect((await bessemer('logs', 'conductor')).match(/conductor-[12]/g)?.length).toBeGreaterThan(1);
    await expect(bessemer('logs', 'nobody')).rejects.toMatchObject({ stderr: expect.stringMatching(/There are: api/) });
  });

  it('takes its services with it when the supervisor is killed, and comes up again where it was', async () => {
    const before = await status();
    const { supervisor } = JSON.parse(await readFile(join(data, 'run', 'state.json'), 'utf8'));
    process.kill(supervisor.pid, 'SIGKILL');
    await until((now) => all(now).every(({ pid }) => pid === null));
    await bessemer('up', '-d', '--conductors', '1');
    const after = await status();
    expect(isUp(after)).toBe(true);
    expect(after.api.url).toBe(before.api.url);
    expect(after.postgres.url).toBe(before.postgres.url);
    expect(after.conductors).toHaveLength(1);
  });

  it('says what did not come up, with its last words', async () => {
    await bessemer('down');
    await writeFile(join(data, 'broken'), '');
    await expect(bessemer('up', '-d')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Not ready: (.|\n)*the stand-in is told to be broken/),
    });
    await rm(join(data, 'broken'));
    expect(all(await status()).every(({ pid, healthy }) => pid === null && !healthy)).toBe(true);
  });

  it('stops in order when its terminal says so', async () => {
    const child = spawn(process.execPath, [main, 'up', '--data', data], { env, stdio: ['ignore', 'pipe', 'inherit'] });
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
    expect(await bessemer('down')).toBe('nothing runs\n');
  });
});
