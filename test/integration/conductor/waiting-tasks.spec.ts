import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { SignalCommand } from '@bessemer/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../stack/index.js';
import type { ApiDouble } from './api-double.js';
import { ConductorFixture } from './conductor-fixture.js';
import { cleanStep } from './scripted-hardware.js';

describe('a task that waits', () => {
  let fixture: ConductorFixture;
  let api: ApiDouble;

  beforeAll(async () => {
    fixture = await ConductorFixture.start();
    api = fixture.api;
    await fixture.conductor('conductor-1');
  });
  afterAll(() => fixture.stack.stop());
  beforeEach(() => {
    api.refuseResume = false;
    api.isAway = false;
  });

  it('asks for leave once, when the step acts, and reports looks in vain not at all', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('command', { name: 'erase', looks: 2 })], machine.properties);
    await api.event(task, 'waiting');
    expect(api.node(task)).toMatchObject({ state: 'clean wait', reservation: null });
    for (let look = 0; look < 2; look += 1) {
      const looked = await waitFor('the row to wait', async () => (await fixture.taskRow(task))?.state === 'waiting');
      expect(looked).toBe(true);
      await api.heartbeat(task);
      await waitFor('the look', async () => {
        const [step] = await fixture.database.query<{ memory: { looks: number } }>(
          'SELECT memory FROM task_steps WHERE task = $1',
          [task],
        );
        return step?.memory.looks === look + 1;
      });
    }
    expect(api.storyOf(task)).toEqual(['1 accepted', '2 started', '3 step-started command', '4 waiting wait command']);
    expect(api.node(task).state).toBe('clean wait');
    await api.heartbeat(task);
    await api.end(task);
    expect(machine.effects()).toEqual(['erase: given', 'erase: done with a-token']);
    expect(api.storyOf(task).slice(4)).toEqual(['5 step-finished command', '6 finished manage']);
    expect(api.disorder).toEqual([]);
  });

  it('tells once until when it looks, however often it does, and acts only when it is over', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('look', { name: 'start', looks: 3 })], machine.properties);
    const waiting = await api.event(task, 'waiting');
    expect(waiting.waits_for).toBe('time');
    const inAnHour = Date.now() + 3_600_000;
    expect(Math.abs(Date.parse(String(waiting.deadline)) - inAnHour)).toBeLessThan(60_000);
    await api.end(task);
    expect(machine.effects()).toEqual(['start: seen']);
    expect(api.storyOf(task)).toEqual([
      ...['1 accepted', '2 started', '3 step-started look', '4 waiting wait look'],
      ...['5 step-finished look', '6 finished manage'],
    ]);
    expect(api.disorder).toEqual([]);
  });

  it('keeps nothing of the agent token in clear', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('command')], machine.properties);
    await api.event(task, 'waiting');
    await api.heartbeat(task);
    await api.end(task);
    const rows = await fixture.database.query('SELECT t::text FROM tasks t UNION ALL SELECT payload FROM outbox');
    expect(JSON.stringify(rows)).not.toContain('a-token');
  });

  it('asks before it reports the end of a step that never guarded', async () => {
    const task = await fixture.clean([cleanStep('command', { careful: false })], fixture.machine().properties);
    await api.event(task, 'waiting');
    await api.heartbeat(task);
    await api.end(task);
    expect(api.disorder).toEqual([]);
  });

  it('wakes for a heartbeat that came before the wait was written', async () => {
    const machine = fixture.machine();
    const gate = fixture.path('gate');
    const task = await fixture.clean(
      [cleanStep('gated_rerun', { gate }), cleanStep('command', { name: 'early' })],
      machine.properties,
    );
    await waitFor('the step to begin', () => machine.effects().length === 1);
    await api.heartbeat(task);
    await waitFor('the signal', async () => {
      const rows = await fixture.database.query('SELECT 1 FROM signals WHERE task = $1', [task]);
      return rows.length === 1;
    });
    writeFileSync(gate, '');
    await api.end(task);
    expect(machine.effects()).toContain('early: done with a-token');
  });

  it('wakes for heartbeats that it was asked to take, also for one among those of tasks that it does not know', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('command', { name: 'asked' })], machine.properties);
    await api.event(task, 'waiting');
    const beat = api.beatOf(task);
    const unknown = { ...beat, task: randomUUID() };
    expect(await api.askToTakeBeats([unknown, beat])).toBe(2);
    await api.end(task);
    expect(machine.effects()).toContain('asked: done with a-token');
  });

  it('keeps the newest of the heartbeats of a task that is still to come, and no older one after it', async () => {
    const task = randomUUID();
    const beat = (epoch: number): SignalCommand => ({ task, node: task, kind: 'heartbeat', epoch, data: { epoch } });
    await Promise.all([1, 3, 2].map((epoch) => api.askToTakeBeats([beat(epoch), beat(epoch - 1)])));
    const rows = await fixture.database.query('SELECT epoch, data FROM signals WHERE task = $1', [task]);
    expect(rows).toEqual([{ epoch: 3, data: { epoch: 3 } }]);
  });

  it('leaves a newer heartbeat that comes while it takes an older one', async () => {
    const machine = fixture.machine();
    const steps = ['one', 'two'].map((name) => cleanStep('command', { name }));
    const task = await fixture.clean(steps, machine.properties);
    await api.event(task, 'waiting');
    const ofGroup = (group: string) =>
      fixture.database.query('UPDATE tasks SET conductor_group = $2 WHERE uuid = $1', [task, group]);
    await ofGroup('nobody');
    await api.askToTakeBeats([api.beatOf(task)]);
    await fixture.database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM signals WHERE task = $1 FOR UPDATE', [task]);
      await ofGroup('');
      await waitFor('the conductor to take the beat', async () => {
        const waiting = await fixture.database.query(
          "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM signals%'",
        );
        return waiting.length > 0;
      });
      await tx.query('UPDATE signals SET version = version + 1 WHERE task = $1', [task]);
    });
    await api.end(task);
    expect(machine.effects()).toContain('two: done with a-token');
  });

  it('fails with what was waited for when the deadline passes', async () => {
    const task = await fixture.clean([cleanStep('command', { timeout: 0.2 })], fixture.machine().properties);
    const event = await api.end(task);
    expect(event.failure).toMatchObject({ code: 'timeout', fault: 'clean failure' });
    expect(event.failure?.message).toMatch(/Timeout reached while cleaning the node/);
    expect(api.disorder).toEqual([]);
  });

  it('goes on when the api was away at the end of the wait', async () => {
    const task = await fixture.clean([cleanStep('command', { careful: false })], fixture.machine().properties);
    await api.event(task, 'waiting');
    api.isAway = true;
    await api.heartbeat(task);
    const put = await api.event(task, 'progress');
    expect(put.reason).toMatch(/The api does not answer/);
    api.isAway = false;
    expect(await api.end(task)).toMatchObject({ what: 'finished' });
  });

  it('fails for its time-out and clears away, also when the api was away at that moment', async () => {
    const machine = fixture.machine({ prepare: 'agent', patience: 0.3 });
    api.isAway = true;
    const task = await fixture.clean([cleanStep('betray_in_ramdisk')], machine.properties);
    await api.event(task, 'waiting');
    await waitFor('the wait to be put off', async () => {
      const rows = await fixture.database.query(
        "SELECT 1 FROM tasks WHERE uuid = $1 AND state = 'waiting' AND fence > 2",
        [task],
      );
      return rows.length === 1;
    });
    api.isAway = false;
    expect((await api.end(task)).failure).toMatchObject({ code: 'timeout' });
    expect(machine.effects()).toEqual(['tear down']);
  });

  it('goes on waiting when it was claimed for a signal that another conductor has taken', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('command')], machine.properties);
    await api.event(task, 'waiting');
    await fixture.database.query(
      "UPDATE tasks SET state = 'running', claimed_from = 'waiting', lease_until = now() WHERE uuid = $1",
      [task],
    );
    await waitFor('the row to be put back', async () => (await fixture.taskRow(task))?.state === 'waiting');
    await api.heartbeat(task);
    expect(await api.end(task)).toMatchObject({ what: 'finished', transition: 'manage' });
  });

  it('answers an abort that comes when it has failed by itself', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('command_in_ramdisk')], machine.properties);
    await api.event(task, 'waiting');
    await fixture.database.query("UPDATE tasks SET state = 'failed', finished_at = now() WHERE uuid = $1", [task]);
    await api.abort(task);
    expect(await api.event(task, 'finished')).toMatchObject({ epoch: 2 });
    expect(machine.effects()).toEqual(['step: given', 'tear down']);
  });

  it('clears away what was begun when it is aborted, under the new epoch', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('command_in_ramdisk'), cleanStep('record')], machine.properties);
    await api.event(task, 'waiting');
    await api.abort(task);
    await waitFor('the end', () => api.eventsOf(task).find(({ what }) => what === 'finished'));
    const story = api.eventsOf(task).filter(({ epoch }) => epoch === 2);
    expect(story.map(({ seq, what, transition }) => [seq, what, transition])).toEqual([
      [1, 'progress', undefined],
      [2, 'step-started', undefined],
      [3, 'step-finished', undefined],
      [4, 'finished', undefined],
    ]);
    expect(machine.effects()).toEqual(['step: given', 'tear down']);
    expect(await fixture.taskRow(task)).toMatchObject({ state: 'aborted', owner: null });
    expect(api.disorder).toEqual([]);
  });

  it('boots the ramdisk first where a step needs it, and waits for its agent', async () => {
    const machine = fixture.machine({ prepare: 'agent' });
    const task = await fixture.clean([cleanStep('betray_in_ramdisk')], machine.properties);
    const waiting = await api.event(task, 'waiting');
    expect(waiting).toMatchObject({ reason: 'waiting for the ramdisk', transition: 'wait' });
    expect(waiting.step).toBeNull();
    await api.heartbeat(task);
    expect((await api.end(task)).what).toBe('failed');
    expect(api.eventsOf(task).at(-1)?.failure?.fault).toBe('clean failure');
    expect(machine.effects()).toEqual(['tear down']);
  });

  it('reports no fault when the ramdisk stays away', async () => {
    const machine = fixture.machine({ prepare: 'agent', patience: 0.1 });
    const task = await fixture.clean([cleanStep('betray_in_ramdisk')], machine.properties);
    const event = await api.end(task);
    expect(event.failure).toMatchObject({ code: 'timeout' });
    expect(event.failure?.fault).toBeUndefined();
    expect(machine.effects()).toEqual(['tear down']);
  });

  it('ends silently when it is cancelled', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('command')], machine.properties);
    await api.event(task, 'waiting');
    await api.cancel(task);
    await waitFor('the cancel', async () => (await fixture.taskRow(task))?.state === 'cancelled');
    expect(api.eventsOf(task).at(-1)?.what).toBe('waiting');
    expect(machine.effects()).toEqual(['step: given']);
  });

  it('does nothing when it is refused to resume, whatever the step makes of it', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('swallow')], machine.properties);
    await api.event(task, 'waiting');
    api.refuseResume = true;
    await api.heartbeat(task);
    await waitFor('the refusal', async () => (await fixture.taskRow(task))?.state === 'refused');
    expect(machine.effects()).toEqual([]);
    expect(api.eventsOf(task).at(-1)?.what).toBe('waiting');
  });

  it.each([
    ['before the next', [cleanStep('record', { name: 'never' })]],
    ['which is the last', []],
  ])('is aborted after a step that cannot be cut short, %s', async (_, rest) => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('command_not_abortable'), ...rest], machine.properties);
    const waiting = await api.event(task, 'waiting');
    expect(waiting.step?.abortable).toBe(false);
    api.abortAfterStep(task);
    await api.heartbeat(task);
    const event = await api.end(task);
    expect(event).toMatchObject({ what: 'finished', epoch: 2 });
    expect(event.transition).toBeUndefined();
    expect(machine.effects()).not.toContain('never');
    expect(api.disorder).toEqual([]);
  });
});
