import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@bessemer/embedded';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';

const apps = resolve(fileURLToPath(import.meta.url), '../../../../../apps');
let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ ownPostgres: true });
});
afterAll(() => stack.stop());

function run(app: string, env: Record<string, string>): ChildProcess {
  const { PATH = '' } = process.env;
  return spawn(process.execPath, [resolve(apps, app, 'dist/main.js')], {
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function health(port: number): Promise<number | undefined> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).status;
  } catch {
    // Not listening yet.
    return undefined;
  }
}

describe.each([
  ['inspector', 'inspector'],
  ['dhcp-manager', 'dhcp'],
] as const)('the process of the %s', (app, service) => {
  it('is healthy without an api, unhealthy without a bus or a database, and ends cleanly', async () => {
    const port = await freePort();
    const child = run(app, {
      ...stack.environment(service),
      BESSEMER_HEALTH_PORT: String(port),
      BESSEMER_INSPECTOR_PORT: '0',
    });
    try {
      await waitFor('it is healthy', async () => (await health(port)) === 200);
      await stack.nats.kill();
      await waitFor('it is unhealthy', async () => (await health(port)) === 503);
      await stack.nats.resume();
      await waitFor('it is healthy again', async () => (await health(port)) === 200);
      await stack.postgres.kill();
      await waitFor('it is unhealthy', async () => (await health(port)) === 503);
      await stack.postgres.resume();
      await waitFor('it is healthy again', async () => (await health(port)) === 200);
      expect(child.exitCode).toBeNull();
    } finally {
      child.kill('SIGTERM');
    }
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says which settings it lacks', async () => {
    const child = run(app, {});
    let complaint = '';
    child.stderr?.on('data', (chunk) => {
      complaint += String(chunk);
    });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(complaint).toContain('BESSEMER_DATABASE_URL is required');
  });
});
