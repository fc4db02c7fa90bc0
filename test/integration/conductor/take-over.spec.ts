import 'reflect-metadata';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { freePort } from '@bessemer/embedded';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../stack/index.js';
import type { ApiDouble } from './api-double.js';
import { ConductorFixture } from './conductor-fixture.js';
import { cleanStep } from './scripted-hardware.js';

const takeOverMs = 10_000;

describe('several conductors', () => {
  let fixture: ConductorFixture;
  let api: ApiDouble;
  const processes: ChildProcess[] = [];

  beforeAll(async () => {
    fixture = await ConductorFixture.start();
    api = fixture.api;
  });
  afterAll(() => fixture.stack.stop());
  afterEach(async () => {
    for (const child of processes.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  const spawn = async (host: string, environment: Record<string, string> = {}) => {
    const child = await fixture.process(host, environment);
    processes.push(child);
    return child;
  };
  /** Starts a task that does one step, comes to a gate in the next, and has one more. */
  const beginGated = async (step: string) => {
    const machine = fixture.machine();
    const gate = fixture.path('gate');
    const steps = [
      cleanStep('record', { name: 'before' }),
      cleanStep(step, { name: 'gated', gate }),
      cleanStep('record', { name: 'after' }),
    ];
    const task = await api.begin('clean', {
      verb: 'clean',
      arguments: { clean_steps: steps },
      record: { properties: machine.properties },
    });
    return { task, effects: machine.effects, open: () => writeFileSync(gate, '') };
  };
  type Gated = Awaited<ReturnType<typeof beginGated>>;
  const isAtGate = ({ effects }: Gated) => effects().filter((line) => line.endsWith('begun')).length === 1;
  const atGate = (gated: Gated) => waitFor('the step at its gate', () => isAtGate(gated));
  const ownerOf = async (task: string) => {
    const [row] = await fixture.database.query<{ owner: string; state: string }>(
      'SELECT owner, state FROM tasks WHERE uuid = $1',
      [task],
    );
    return row;
  };

  it('go on within ten seconds where one was killed, each step by what it declares', async () => {
    const doomed = await spawn('doomed');
    const [rerun, observe, fail] = [
      await beginGated('gated_rerun'),
      await beginGated('gated_observe'),
      await beginGated('gated_fail'),
    ];
    await Promise.all([rerun, observe, fail].map(atGate));
    const survivor = await fixture.conductor('survivor');
    const killedAt = performance.now();
    doomed.kill('SIGKILL');
    await Promise.all(
      [rerun, observe, fail].map(({ task }) =>
        api.event(task, 'progress', ({ conductor }) => conductor === 'survivor'),
      ),
    );
    expect(performance.now() - killedAt).toBeLessThan(takeOverMs);
    rerun.open();
    const ends = await Promise.all([rerun, observe, fail].map(({ task }) => api.end(task)));

    expect(ends.map(({ what }) => what)).toEqual(['finished', 'finished', 'failed']);
    expect(rerun.effects()).toEqual(['before', 'gated: begun', 'gated: begun', 'gated: ended', 'after']);
    expect(observe.effects()).toEqual(['before', 'gated: begun', 'gated: observed', 'after']);
    expect(fail.effects()).toEqual(['before', 'gated: begun']);
    expect(ends[2]?.failure?.message).toMatch(/doomed was lost while the step ran/);
    expect(api.disorder).toEqual([]);
    await survivor.stop();
  });

  it('take what a stopped process had, and that process does nothing more when it goes on', async () => {
    const healthPort = await freePort();
    const slow = await spawn('slow', { BESSEMER_HEALTH_PORT: String(healthPort) });
    const rerun = await beginGated('gated_rerun');
    await atGate(rerun);
    const other = await fixture.conductor('other');
    slow.kill('SIGSTOP');
    await waitFor('the take-over', async () => (await ownerOf(rerun.task))?.owner === 'other');
    rerun.open();
    await waitFor('the end in the journal', async () => (await ownerOf(rerun.task))?.state === 'finished');
    const before = rerun.effects();
    const written = await fixture.database.query<{ count: number }>('SELECT count(*)::integer FROM outbox');

    slow.kill('SIGCONT');
    await waitFor('the stopped process to notice', async () => {
      const response = await fetch(`http://127.0.0.1:${healthPort}/health`);
      const { tasks } = (await response.json()) as { tasks: number };
      return tasks === 0;
    });
    await api.end(rerun.task);
    expect(rerun.effects()).toEqual(before);
    expect(before).toEqual(['before', 'gated: begun', 'gated: begun', 'gated: ended', 'after']);
    const fromSlow = await fixture.database.query<{ payload: string }>(
      `SELECT payload FROM outbox WHERE payload LIKE '%' || $1 || '%' ORDER BY position OFFSET 0`,
      [rerun.task],
    );
    const hosts = fromSlow.map(({ payload }) => JSON.parse(payload).data.conductor);
    expect(hosts.lastIndexOf('slow')).toBeLessThan(hosts.indexOf('other'));
    expect(written[0]?.count).toBeGreaterThan(0);
    expect(api.disorder).toEqual([]);
    await other.stop();
  });

  it('share the work, each up to its limit, and tell what waits why', async () => {
    const one = await fixture.conductor('one', { concurrentTasks: 1 });
    const two = await fixture.conductor('two', { concurrentTasks: 1 });
    const tasks = [await beginGated('gated_rerun'), await beginGated('gated_rerun'), await beginGated('gated_rerun')];
    const working = await waitFor('two steps at their gates', () => {
      const begun = tasks.filter(isAtGate);
      return begun.length === 2 && begun;
    });
    const waiting = tasks.find((one) => !working.includes(one));
    // Others may have waited for a moment before the second conductor took them.
    await waitFor('the third task to be told why it waits', () =>
      api.events.find(({ reason, task }) => reason?.includes('Waiting for its turn') && task === waiting?.task),
    );
    expect(waiting?.effects()).toEqual([]);
    const owners = await Promise.all(working.map(async ({ task }) => (await ownerOf(task))?.owner));
    expect(owners.sort()).toEqual(['one', 'two']);
    for (const { open } of tasks) open();
    await Promise.all(tasks.map(({ task }) => api.end(task)));
    expect(api.disorder).toEqual([]);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('hand over at once what one that stops in order has between two steps', async () => {
    const leaving = await fixture.conductor('leaving');
    const gated = await beginGated('gated_rerun');
    await atGate(gated);
    const staying = await fixture.conductor('staying');
    const stopped = leaving.stop();
    gated.open();
    await stopped;
    await api.end(gated.task);
    expect(gated.effects()).toEqual(['before', 'gated: begun', 'gated: ended', 'after']);
    await waitFor('the last announcement', () => {
      const announced = api.announcements.filter(({ hostname }) => hostname === 'leaving');
      return announced.at(-1)?.online === false;
    });
    await staying.stop();
  });
});
