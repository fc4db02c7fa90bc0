import type { TaskCommand } from '@bessemer/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { ApiFixture } from './api-fixture.js';

interface Entry {
  readonly uuid: string;
  readonly severity: string;
  readonly event: string;
  readonly event_type: string;
  readonly conductor: string | null;
  readonly user: string | null;
  readonly project: string | null;
  readonly state: string;
  readonly target_provision_state: string | null;
  readonly duration_seconds: number | null;
}

const alice = { 'X-User': 'alice', 'X-Project-Id': 'metal' };
const step = { interface: 'deploy', step: 'erase_devices', index: 0, priority: 10, abortable: true };

describe('the history of a node', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const entriesOf = async (node: string): Promise<Entry[]> =>
    (await sut.get(`/v1/nodes/${node}/history?detail=True`)).body['history'] as Entry[];
  const entryWhere = (node: string, matches: (entry: Entry) => boolean): Promise<Entry> =>
    waitFor('the entry', async () => (await entriesOf(node)).find(matches));
  /** Lets the node have been in its state for an hour. */
  const age = (node: string): Promise<unknown> =>
    sut.api.database.query("UPDATE nodes SET provision_updated_at = now() - interval '1 hour' WHERE uuid = $1", [node]);
  const ask = (node: string, target: string, more: object = {}): ReturnType<ApiFixture['request']> =>
    sut.request('PUT', `/v1/nodes/${node}/states/provision`, { body: { target, ...more }, headers: asked });
  const asked = alice;
  const cleaning = async (): Promise<{ node: string; command: TaskCommand }> => {
    const node = await sut.manageable();
    await ask(node, 'provide');
    const command = await sut.conductor.command(node, 'clean');
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'started' }]);
    return { node, command };
  };
  const waiting = async (isAbortable = true): Promise<{ node: string; command: TaskCommand }> => {
    const begun = await cleaning();
    await sut.conductor.reportAll(begun.command, [
      { what: 'step-started', step: { ...step, abortable: isAbortable } },
      { what: 'waiting', transition: 'wait', step: { ...step, abortable: isAbortable }, reason: 'Waits.' },
    ]);
    await sut.reaches(begun.node, 'clean wait');
    return begun;
  };
  const byAlice = { user: 'alice', project: 'metal' };
  const minute = { low: 3590, high: 3700 };
  const expectHour = ({ duration_seconds: seconds }: Entry): void => {
    expect(seconds).toBeGreaterThanOrEqual(minute.low);
    expect(seconds).toBeLessThan(minute.high);
  };

  it('tells of a verb who asked, and how long the node was in the state before', async () => {
    const node = await sut.manageable();
    await age(node);
    await ask(node, 'provide');
    const entry = await entryWhere(node, ({ state }) => state === 'cleaning');
    expect(entry).toMatchObject({
      severity: 'INFO',
      event: 'manageable → cleaning',
      event_type: 'cleaning',
      conductor: null,
      target_provision_state: 'available',
      ...byAlice,
    });
    expectHour(entry);
  });

  it('tells of each move of a task its step, its conductor and who asked for the task', async () => {
    const { node, command } = await waiting();
    await age(node);
    expect((await sut.conductor.resume(command, 4)).verdict).toBe('granted');
    await sut.conductor.reportAll(command, [
      { what: 'step-finished', step },
      { what: 'finished', transition: 'done' },
    ]);
    await sut.reaches(node, 'available');
    const told = (await entriesOf(node)).slice(-4);
    expect(told.map(({ event }) => event)).toEqual([
      'manageable → cleaning',
      'cleaning → clean wait at the step deploy.erase_devices',
      'clean wait → cleaning at the step deploy.erase_devices',
      'cleaning → available',
    ]);
    for (const entry of told.slice(1)) expect(entry).toMatchObject({ conductor: 'conductor-double', ...byAlice });
    expect(told.map(({ state }) => state)).toEqual(['cleaning', 'clean wait', 'cleaning', 'available']);
    expect(told.at(-1)?.target_provision_state).toBeNull();
  });

  it('tells of a time-out as an error, with where it led', async () => {
    const { node, command } = await waiting();
    await age(node);
    await sut.conductor.report(command, {
      what: 'failed',
      transition: 'fail',
      failure: { code: 'timeout', message: 'Timeout reached while cleaning the node.' },
    });
    const entry = await entryWhere(node, ({ severity }) => severity === 'ERROR');
    expect(entry).toMatchObject({
      event: 'Timeout reached while cleaning the node.',
      event_type: 'cleaning',
      conductor: 'conductor-double',
      state: 'clean failed',
      target_provision_state: 'available',
      ...byAlice,
    });
    expectHour(entry);
  });

  it('tells who aborted, not who asked for the task, and of what goes wrong afterwards', async () => {
    const { node, command } = await waiting();
    await sut.request('PUT', `/v1/nodes/${node}/states/provision`, {
      body: { target: 'abort' },
      headers: { 'X-User': 'bob', 'X-Project-Id': 'other' },
    });
    const entry = await entryWhere(node, ({ state }) => state === 'clean failed');
    expect(entry).toMatchObject({ severity: 'INFO', event_type: 'cleaning', user: 'bob', project: 'other' });
    expect(entry.event).toMatch(/was aborted/);
    await sut.conductor.report(command, {
      what: 'failed',
      epoch: command.epoch + 1,
      failure: { code: 'internal', message: 'The machine could not be switched off.' },
    });
    expect(await entryWhere(node, ({ severity }) => severity === 'ERROR')).toMatchObject({
      event: 'The machine could not be switched off.',
      event_type: 'cleaning',
      state: 'clean failed',
      target_provision_state: 'available',
    });
  });

  it('tells who asked for an abort that waits for the end of a step, and of the abort', async () => {
    const { node, command } = await waiting(false);
    await ask(node, 'abort');
    expect(await entryWhere(node, ({ event }) => event.startsWith('By request'))).toMatchObject({
      severity: 'INFO',
      event: 'By request, the clean operation is aborted at the end of its step.',
      state: 'clean wait',
      ...byAlice,
    });
    expect((await sut.conductor.resume(command, 4)).verdict).toBe('granted');
    await sut.conductor.report(command, { what: 'step-finished', step: { ...step, abortable: false } });
    expect(await entryWhere(node, ({ state }) => state === 'clean failed')).toMatchObject({
      severity: 'INFO',
      event: 'By request, the clean operation was aborted after the step deploy.erase_devices.',
    });
  });

  it('tells of a power change that failed who asked for it', async () => {
    const node = await sut.manageable();
    await sut.request('PUT', `/v1/nodes/${node}/states/power`, { body: { target: 'power on' }, headers: alice });
    const command = await sut.conductor.command(node, 'power');
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'failed', failure: { code: 'unreachable', message: 'The BMC does not answer.' } },
    ]);
    const entry = await entryWhere(node, ({ severity }) => severity === 'ERROR');
    expect(entry).toMatchObject({
      event: 'The BMC does not answer.',
      event_type: 'power',
      conductor: 'conductor-double',
      state: 'manageable',
      target_provision_state: null,
      ...byAlice,
    });
    expect(entry.duration_seconds).toBeGreaterThanOrEqual(0);
  });

  it('tells of a held task and its release', async () => {
    const { node, command } = await cleaning();
    const hold = { interface: 'deploy', step: 'hold', index: 0, priority: 1, abortable: true };
    await sut.conductor.report(command, { what: 'held', transition: 'hold', step: hold, reason: 'Held by a step.' });
    await sut.reaches(node, 'clean hold');
    await ask(node, 'unhold');
    const events = (await entriesOf(node)).map(({ event }) => event);
    expect(events.slice(-2)).toEqual([
      'cleaning → clean hold at the step deploy.hold',
      expect.stringMatching(/^clean hold → /),
    ]);
  });

  it('says nothing of maintenance, as clients know it', async () => {
    const node = await sut.node();
    await sut.request('PUT', `/v1/nodes/${node}/maintenance`, { body: { reason: 'a fan' } });
    await sut.request('DELETE', `/v1/nodes/${node}/maintenance`);
    expect(await entriesOf(node)).toEqual([]);
  });

  it('shows older clients errors alone, and the beginning of long ones where no details are asked for', async () => {
    const { node, command } = await waiting();
    const message = 'x'.repeat(400);
    await sut.conductor.report(command, { what: 'failed', transition: 'fail', failure: { code: 'a', message } });
    const { uuid } = await entryWhere(node, ({ severity }) => severity === 'ERROR');
    const read = async (query: string, version: string): Promise<Record<string, unknown>[]> =>
      (await sut.get(`/v1/nodes/${node}/history${query}`, version)).body['history'] as Record<string, unknown>[];
    expect((await read('', '1.114')).map((entry) => entry['uuid'])).toEqual([uuid]);
    expect((await read('', '1.115')).length).toBeGreaterThan(3);
    expect((await read('', '1.114'))[0]?.['event']).toBe('x'.repeat(255));
    const [detailed] = await read('?detail=True', '1.113');
    expect(detailed).toMatchObject({ event: message, project: 'metal' });
    expect(Object.keys(detailed ?? {})).not.toContain('duration_seconds');
    const shown = (await sut.get(`/v1/nodes/${node}/history/${uuid}`)).body;
    expect(shown).toMatchObject({ event: message, duration_seconds: expect.any(Number), state: 'clean failed' });
  });
});
