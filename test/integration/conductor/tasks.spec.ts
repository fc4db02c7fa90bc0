import 'reflect-metadata';
import { seal, sealStepArguments } from '@bessemer/secrets';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../stack/index.js';
import type { ApiDouble } from './api-double.js';
import { ConductorFixture } from './conductor-fixture.js';
import { cleanStep } from './scripted-hardware.js';

describe('a conductor', () => {
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

  it('announces itself with its types, their properties and its sealing key', async () => {
    const announcement = await waitFor('an announcement', () => api.announcements[0]);
    expect(announcement).toMatchObject({
      hostname: 'conductor-1',
      conductor_group: '',
      online: true,
      sealing_key: { id: fixture.key.id, publicKey: fixture.key.publicKey },
    });
    expect(announcement.hardware_types.map(({ name }) => name)).toEqual(['fake-hardware']);
    expect(JSON.stringify(announcement)).not.toContain(fixture.key.privateKey);
  });

  it('verifies a node: reports its power state and reads its BIOS settings, which may fail', async () => {
    const task = await api.begin('verify', {
      verb: 'manage',
      record: { driver_info: { fake_fail: 'bios.read_settings' } },
    });
    await api.end(task);
    expect(api.storyOf(task)).toEqual([
      '1 accepted',
      '2 started',
      '3 step-started',
      '4 step-finished',
      '5 step-started',
      '6 step-finished',
      '7 step-started',
      '8 progress',
      '9 step-finished',
      '10 finished done',
    ]);
  });

  it('does the steps in the given order, each reported started and finished with its patch', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean(
      [cleanStep('record', { name: 'one' }), cleanStep('record', { name: 'two' })],
      machine.properties,
    );
    await api.end(task);
    expect(api.storyOf(task)).toEqual([
      '1 accepted',
      '2 started',
      '3 step-started record',
      '4 step-finished record',
      '5 step-started record',
      '6 step-finished record',
      '7 finished manage',
    ]);
    expect(machine.effects()).toEqual(['one', 'two']);
    expect(api.eventsOf(task)[3]?.patch?.fields).toEqual([{ op: 'set', path: '/extra/recorded', value: 'one' }]);
    expect(api.eventsOf(task)[2]?.step).toMatchObject({ interface: 'management', index: 0, args: { name: 'one' } });
    expect(await fixture.taskRow(task)).toMatchObject({ state: 'finished', owner: null });
  });

  it('opens the secret arguments of a step for the step alone: no event and no journal holds them', async () => {
    const machine = fixture.machine();
    const { password } = sealStepArguments({ password: 'open-sesame' }, fixture.key);
    const task = await fixture.clean([cleanStep('flaky', { name: password, times: 0 })], machine.properties);
    await api.end(task);
    expect(machine.effects()).toEqual(['open-sesame: try 0 first']);
    const journal = await fixture.database.query('SELECT * FROM task_steps WHERE task = $1', [task]);
    expect(journal).toHaveLength(1);
    expect(JSON.stringify([journal, await fixture.taskRow(task), api.eventsOf(task)])).not.toContain('open-sesame');
  });

  it('takes a command that comes twice once', async () => {
    const machine = fixture.machine();
    const arguments_ = { clean_steps: [cleanStep('record', { name: 'only' })] };
    const command = api.accept(
      'clean',
      { verb: 'clean', arguments: arguments_, record: { properties: machine.properties } },
      crypto.randomUUID(),
    );
    await Promise.all([api.send(command), api.send(command)]);
    await api.end(command.task);
    await api.send(command);
    const after = await api.begin('verify', { verb: 'manage' });
    await api.end(after);
    expect(machine.effects()).toEqual(['only']);
    expect(api.eventsOf(command.task).filter(({ what }) => what === 'accepted')).toHaveLength(1);
  });

  it.each([
    ['an unknown step', { interface: 'management', step: 'no_such_step' }, /does not support this clean step/],
    ['an unknown argument', cleanStep('record', { colour: 'red' }), /unexpected arguments: colour/],
  ])('fails before any step for %s, without a fault', async (_, step, message) => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('record'), step], machine.properties);
    const event = await api.end(task);
    expect(api.storyOf(task)).toEqual(['1 accepted', '2 started', '3 failed fail']);
    expect(event.failure?.message).toMatch(message);
    expect(event.failure?.fault).toBeUndefined();
    expect(machine.effects()).toEqual([]);
  });

  it('skips automated cleaning that is switched off', async () => {
    const task = await api.begin('clean', {
      verb: 'provide',
      record: { automated_clean: false, target_provision_state: 'available' },
    });
    await api.end(task);
    expect(api.storyOf(task)).toEqual(['1 accepted', '2 started', '3 finished done']);
  });

  it('tears down, cleans and ends a retired node at manageable', async () => {
    const machine = fixture.machine();
    const task = await api.begin('undeploy', {
      verb: 'deleted',
      record: { properties: machine.properties, target_provision_state: 'available', retired: true },
    });
    const end = await api.end(task);
    expect(api.storyOf(task).filter((line) => line.includes('clean'))).toEqual(['6 step-finished clean']);
    expect(end.transition).toBe('manage');
    expect(machine.effects()).toEqual(['clean up', 'tear down']);
  });

  it('reports what a machine’s power does while a step runs', async () => {
    const task = await fixture.clean([cleanStep('power_cycle')], fixture.machine().properties);
    const node = api.node(task);
    await api.end(task);
    expect(node.power).toEqual(['target_power_state=power on', 'power_state=power on', 'target_power_state=null']);
  });

  it.each([
    ['power on', 'power on', 'power_state=power on'],
    ['rebooting', 'power on', 'power_state=power on'],
    ['power off', 'power off', 'power_state=power off'],
  ])('changes power: %s', async (verb, _, state) => {
    const task = await api.begin('power', { verb });
    const node = api.node(task);
    const end = await api.end(task);
    expect(node.power).toEqual([state, 'target_power_state=null']);
    expect(end).toMatchObject({ what: 'finished' });
    expect(end.transition).toBeUndefined();
  });

  it('says why a power target is refused, and clears the target', async () => {
    const task = await api.begin('power', { verb: 'spinning' });
    const node = api.node(task);
    const end = await api.end(task);
    expect(end.failure?.message).toContain('does not support "spinning"');
    expect(node.power).toEqual(['target_power_state=null']);
  });

  it('tries again as the step says, and reports each new reason once', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([cleanStep('flaky', { times: 2 })], machine.properties);
    await api.end(task);
    expect(machine.effects()).toEqual(['step: try 0 first', 'step: try 1 retried', 'step: try 2 retried']);
    const reasons = api.eventsOf(task).filter(({ what }) => what === 'progress');
    expect(reasons.map(({ reason }) => reason)).toEqual(['busy 0', 'busy 1']);
  });

  it('holds until it is told to go on', async () => {
    const machine = fixture.machine();
    const task = await fixture.clean([{ interface: 'power', step: 'hold' }, cleanStep('record')], machine.properties);
    await api.event(task, 'held');
    expect(api.node(task).state).toBe('clean hold');
    expect((await fixture.taskRow(task))?.state).toBe('held');
    await api.unhold(task);
    await api.end(task);
    expect(machine.effects()).toEqual(['step']);
    expect(api.disorder).toEqual([]);
  });

  it('waits its own time in the built-in step wait', async () => {
    const task = await fixture.clean(
      [{ interface: 'power', step: 'wait', args: { seconds: 0 } }],
      fixture.machine().properties,
    );
    expect((await api.end(task)).what).toBe('finished');
  });

  it('waits no longer than 30 seconds in the built-in step wait, and says that more was asked for', async () => {
    const task = await fixture.clean(
      [{ interface: 'deploy', step: 'wait', args: { seconds: '3600' } }],
      fixture.machine().properties,
    );
    const { reason, deadline, step, at } = await api.event(task, 'waiting');
    expect(reason).toBe('waiting for 30 seconds, the longest wait; 3600 were asked for');
    expect(Date.parse(deadline ?? '') - Date.parse(at)).toBeLessThanOrEqual(30_000);
    expect(step).toMatchObject({ interface: 'deploy', step: 'wait' });
    await api.abort(task);
    await api.end(task);
  });

  it('puts a step off while the service that it needs is away, and says so', async () => {
    const task = await fixture.clean([cleanStep('admit')], fixture.machine().properties);
    const event = await api.event(task, 'progress');
    expect(event.reason).toMatch(/Waiting for the service dhcp/);
    expect((await fixture.taskRow(task))?.state).toBe('retrying');
    await api.cancel(task);
  });

  it('fails a task whose step throws, and tells nobody a secret', async () => {
    const uuid = crypto.randomUUID();
    const machine = fixture.machine();
    const password = seal(fixture.key, 'hunter2-secret', { node: uuid, field: 'driver_info.ipmi_password' });
    const begin = (step: string) =>
      api.begin(
        'clean',
        {
          verb: 'clean',
          arguments: { clean_steps: [cleanStep(step)] },
          record: { properties: machine.properties, driver_info: { ipmi_password: { ...password } } },
        },
        uuid,
      );
    const betrayed = await api.end(await begin('betray'));
    expect(betrayed.failure?.message).toBe(
      `Clean step management.betray failed on node ${uuid}. ipmitool -P ****** said no`,
    );
    expect(betrayed.failure?.fault).toBe('clean failure');
    const thrown = await api.end(await begin('throw_up'));
    expect(thrown.failure).toMatchObject({ code: 'internal', fault: 'clean failure' });
    const rows = await fixture.database.query(
      'SELECT t::text FROM tasks t UNION ALL SELECT s::text FROM task_steps s UNION ALL SELECT payload FROM outbox',
    );
    expect(JSON.stringify(rows)).not.toContain('hunter2-secret');
  });

  it.each([
    ['deploy', 'active', 'done'],
    ['deploy', 'rebuild', 'done'],
    ['adopt', 'adopt', 'done'],
    ['inspect', 'inspect', 'done'],
    ['rescue', 'rescue', 'done'],
    ['unrescue', 'unrescue', 'done'],
  ] as const)('does %s (%s) on fake hardware', async (kind, verb, transition) => {
    const machine = fixture.machine();
    const task = await api.begin(kind, { verb, record: { properties: machine.properties } });
    const end = await api.end(task);
    expect(end).toMatchObject({ what: 'finished', transition });
    expect(api.disorder).toEqual([]);
  });
});
