import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Relay } from '@bessemer/bus';
import type { Database } from '@bessemer/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, waitFor } from '../stack/index.js';
import { CountersTable1700000000001, change, nodes } from './workload.js';

const repository = new URL('../../../../', import.meta.url);
const script = new URL('test/integration/bus/follow-node.mjs', repository);

describe('The script of the guide', () => {
  let stack: TestStack;
  let api: Database;

  beforeAll(async () => {
    stack = await TestStack.start();
    api = await stack.database('api', { migrations: [CountersTable1700000000001] });
    const relay = new Relay({ database: api, bus: await stack.bus('api'), logger: stack.logger });
    await relay.start();
    stack.onStop(() => relay.stop());
  });
  afterAll(() => stack.stop());

  it('is the one in the repository', async () => {
    const guide = await readFile(new URL('docs/guides/events.md', repository), 'utf8');
    const [, block] = /```js\n([\s\S]*?)```/.exec(guide) ?? [];
    expect(block).toBe(await readFile(script, 'utf8'));
  });

  it('follows one node live and replays it from a sequence', async () => {
    const [node = '', other = ''] = nodes(2);
    await change(api, node);
    await waitFor('it is published', () => isPublished(api));

    const live = await follow(stack, [node]);
    for (let time = 0; time < 3; time += 1) {
      await change(api, node);
      await change(api, other);
    }
    await waitFor('the live events', () => live.lines.length === 3);
    expect(live.lines.map(({ data }) => data)).toEqual([2, 3, 4].map((n) => ({ node, n })));
    expect(live.lines[0]).toMatchObject({ type: 'bessemer.test.counted' });
    await live.stop();

    const all = await follow(stack, [node, '1']);
    await waitFor('all events', () => all.lines.length === 4);
    await change(api, node);
    await waitFor('what comes then', () => all.lines.length === 5);
    expect(all.lines.map(({ data }) => data.n)).toEqual([1, 2, 3, 4, 5]);
    await all.stop();

    const from = all.lines[2]?.sequence ?? 0;
    const some = await follow(stack, [node, String(from)]);
    await waitFor('the events from there', () => some.lines.length === 3);
    expect(some.lines).toEqual(all.lines.slice(2));
    await some.stop();
  });
});

interface Line {
  sequence: number;
  type: string;
  data: { node: string; n: number };
}

/** Runs the script as a user would; returns when it says that it follows. */
async function follow(stack: TestStack, args: string[]): Promise<{ lines: Line[]; stop(): Promise<void> }> {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(script), ...args], {
    env: { PATH: process.env['PATH'], NATS_URL: stack.nats.url, NATS_PASSWORD: stack.nats.passwords.subscriber },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  stack.onStop(stop);
  const lines: Line[] = [];
  if (!child.stdout || !child.stderr) throw new Error('the script has no output');
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  const [said] = await Promise.race([once(createInterface({ input: child.stderr }), 'line'), exited]);
  expect(String(said)).toMatch(/^(following|replaying) /);
  return { lines, stop };
}

async function isPublished(api: Database): Promise<boolean> {
  return (await api.query('SELECT 1 FROM outbox WHERE sent_at IS NULL')).length === 0;
}
