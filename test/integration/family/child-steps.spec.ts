import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import type { ConductorSettings } from '@bessemer/conductor';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../stack/index.js';
import { FamilyFixture } from './family-fixture.js';

const onChildren = (step: string, args: object = {}, more: object = {}) => ({
  interface: step.startsWith('power') || step === 'reboot' ? 'power' : 'management',
  step,
  args,
  execute_on_child_nodes: true,
  ...more,
});
const own = (name: string) => ({ interface: 'management', step: 'record', args: { name } });

describe('steps on child nodes', () => {
  let sut: FamilyFixture;
  const conductors: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    sut = await FamilyFixture.start();
  });
  afterAll(() => sut.stack.stop());
  afterEach(async () => {
    for (const conductor of conductors.splice(0)) await conductor.stop();
  });
  const conductor = async (settings: Partial<ConductorSettings> = {}) => {
    conductors.push(await sut.conductor('one', settings));
  };

  it('are done on each child in turn, among the steps of the node itself', async () => {
    await conductor();
    const { parent, children, effects } = await sut.family(2);
    const accepted = await sut.clean(parent, [
      own('before'),
      onChildren('record', { name: 'child' }),
      own('between'),
      onChildren('power_on'),
      own('after'),
    ]);
    expect(accepted.status).toBe(202);
    expect(await sut.free(parent)).toMatchObject({
      provision_state: 'manageable',
      last_error: null,
      maintenance: false,
    });
    expect(effects()).toEqual(['before', 'child', 'child', 'between', 'after']);
    expect(await sut.powers(parent, ...children)).toEqual(['power on', 'power on', 'power on']);
    for (const child of children)
      expect(await sut.free(child)).toMatchObject({
        reservation: null,
        provision_state: 'manageable',
        extra: { recorded: 'child' },
      });
    expect((await sut.shown(parent))['extra']).toEqual({ recorded: 'after' });
  });

  it('are done on those alone that they are limited to, and need no child at all', async () => {
    await conductor();
    const { parent, children, effects } = await sut.family(2);
    const limit_child_node_execution = [children[1]?.toUpperCase()];
    await sut.clean(parent, [onChildren('record', { name: 'only' }, { limit_child_node_execution })]);
    expect(await sut.free(parent)).toMatchObject({ provision_state: 'manageable' });
    expect(effects()).toEqual(['only']);
    expect((await sut.shown(children[1] ?? ''))['extra']).toEqual({ recorded: 'only' });

    const alone = await sut.family(0);
    await sut.clean(alone.parent, [onChildren('record'), own('own')]);
    expect(await sut.free(alone.parent)).toMatchObject({ provision_state: 'manageable' });
    expect(alone.effects()).toEqual(['own']);
  });

  it('show on which child they are, which is locked for others meanwhile', async () => {
    await conductor();
    const { parent, children, effects } = await sut.family(1);
    const [child = ''] = children;
    const gate = sut.path('gate');
    await sut.clean(parent, [onChildren('gated_rerun', { name: 'gated', gate })]);
    await waitFor('the step at its gate', () => effects().includes('gated: begun'));

    const shown = await waitFor('the step', async () => {
      const step = (await sut.shown(parent))['clean_step'];
      return Object.keys(Object(step)).length > 0 ? step : undefined;
    });
    expect(shown).toMatchObject({
      step: 'gated_rerun',
      execute_on_child_nodes: true,
      limit_child_node_execution: [child],
    });
    expect(await sut.shown(child)).toMatchObject({ reservation: 'one', provision_state: 'manageable' });
    expect(await sut.explained(child)).toMatchObject({
      situation: 'borrowed',
      reason: expect.stringContaining(parent),
    });
    expect(await sut.power(child, 'power on')).toMatchObject({ status: 409 });

    writeFileSync(gate, '');
    expect(await sut.free(parent)).toMatchObject({ provision_state: 'manageable' });
    await sut.free(child);
    expect((await sut.power(child, 'power on')).status).toBe(202);
    expect(await sut.free(child)).toMatchObject({ power_state: 'power on' });
  });

  it('wait for a child that somebody else works on, and tell why and how long', async () => {
    await conductor();
    const { parent, children, effects } = await sut.family(2);
    const [first = ''] = children;
    await sut.lock(first);
    await sut.clean(parent, [onChildren('record', { name: 'child' })]);
    const waits = await waitFor('the wait to be told', async () => {
      const explained = await sut.explained(parent);
      return String(explained['reason']).includes(first) && explained['deadline'] !== null ? explained : undefined;
    });
    expect(waits['reason']).toMatch(/locked by host somebody/);
    expect(Date.parse(String(waits['deadline']))).toBeGreaterThan(Date.now() + 200_000);
    expect(effects()).toEqual([]);

    await sut.unlock(first);
    expect(await sut.free(parent)).toMatchObject({ provision_state: 'manageable', last_error: null });
    expect(effects()).toEqual(['child', 'child']);
  });

  it('go on at once when the child is free, however long they would have waited by themselves', async () => {
    await conductor();
    const { parent, children, effects } = await sut.family(1);
    const [child = ''] = children;
    await sut.lock(child);
    await sut.clean(parent, [onChildren('record', { name: 'child' })]);
    await sut.restsUntil(parent, new Date(Date.now() + 5000));
    const freedAt = performance.now();
    await sut.unlock(child);
    expect(await sut.free(parent)).toMatchObject({ provision_state: 'manageable', last_error: null });
    expect(performance.now() - freedAt).toBeLessThan(3000);
    expect(effects()).toEqual(['child']);
  });

  it('fail when a child stays locked for too long', async () => {
    await conductor({ lockedNodeTimeout: 1000 });
    const { parent, children, effects } = await sut.family(1);
    const [child = ''] = children;
    await sut.lock(child);
    await sut.clean(parent, [onChildren('record'), own('after')]);
    const failed = await sut.free(parent);
    expect(failed).toMatchObject({ provision_state: 'clean failed', fault: 'clean failure' });
    expect(failed['last_error']).toMatch(
      new RegExp(`on child node ${child} .*locked by host somebody.*waited for until`, 's'),
    );
    expect(effects()).toEqual([]);
    expect((await sut.shown(child))['reservation']).toBe('somebody');
  });

  it('fail the work on the parent when a child fails, which is free again', async () => {
    await conductor();
    const { parent, children, effects } = await sut.family(1, 'power off', {
      driver_info: { fake_fail: ['power.set'] },
    });
    const [child = ''] = children;
    await sut.clean(parent, [own('before'), onChildren('power_on'), own('after')]);
    const failed = await sut.free(parent);
    expect(failed).toMatchObject({ provision_state: 'clean failed', fault: 'clean failure', maintenance: true });
    expect(failed['last_error']).toMatch(
      new RegExp(`^Clean step power.power_on failed on child node ${child} of node ${parent}.*power.set`, 's'),
    );
    expect(effects()).toEqual(['before']);
    expect(await sut.free(child)).toMatchObject({
      power_state: 'power off',
      target_power_state: null,
      maintenance: false,
    });
  });

  it.each([
    ['needs a ramdisk', onChildren('command_in_ramdisk'), /needs a ramdisk/],
    ['is unknown to the child', onChildren('unheard_of'), /does not support this clean step/],
    ['waits for an agent', onChildren('command'), /does not end by itself/],
  ])('fail when the step %s', async (_, step, message) => {
    await conductor();
    const { parent, children } = await sut.family(1);
    await sut.clean(parent, [step]);
    expect(await sut.free(parent)).toMatchObject({
      provision_state: 'clean failed',
      last_error: expect.stringMatching(message),
    });
    expect(await sut.free(children[0] ?? '')).toMatchObject({ reservation: null });
  });

  it('are tried again as a child asks for it', async () => {
    await conductor();
    const { parent, children, effects } = await sut.family(1);
    await sut.clean(parent, [onChildren('flaky', { name: 'flaky', times: 2 })]);
    expect(await sut.free(parent)).toMatchObject({ provision_state: 'manageable' });
    expect(effects()).toEqual(['flaky: try 0 first', 'flaky: try 1 retried', 'flaky: try 2 retried']);
    await sut.free(children[0] ?? '');
  });

  it.each([
    ['gated_rerun', ['gated: begun', 'gated: begun', 'gated: ended'], 'manageable'],
    ['gated_observe', ['gated: begun', 'gated: observed'], 'manageable'],
    ['gated_fail', ['gated: begun'], 'clean failed'],
  ])(
    'of a killed conductor are taken over as the child’s %s declares, and none that has ended',
    async (step, story, end) => {
      const doomed = await sut.process('doomed');
      const { parent, children, effects } = await sut.family(2);
      const [first = '', second = ''] = children;
      const gate = sut.path('gate');
      await sut.clean(parent, [
        onChildren('record', { name: 'done' }),
        onChildren(step, { name: 'gated', gate }, { limit_child_node_execution: [second] }),
      ]);
      await waitFor('the step at its gate', () => effects().includes('gated: begun'));
      doomed.kill('SIGKILL');
      await conductor();
      await waitFor(
        'the take-over',
        async () => String((await sut.explained(parent))['reservation']) !== 'doomed',
        15_000,
      );
      writeFileSync(gate, '');
      expect(await sut.free(parent)).toMatchObject({ provision_state: end });
      expect(effects()).toEqual(['done', 'done', ...story]);
      await sut.free(first);
      expect(await sut.free(second)).toMatchObject({ reservation: null });
    },
  );

  it('of a family’s power go on where a killed conductor has left them', async () => {
    const doomed = await sut.process('doomed');
    const { parent, children } = await sut.family(2, 'power on', { driver_info: { fake_delay: 0.4 } });
    const [first = '', second = ''] = children;
    await sut.power(parent, 'power off');
    await waitFor('the second child to be borrowed', async () => (await sut.shown(second))['reservation'] === 'doomed');
    expect(await sut.shown(first)).toMatchObject({ power_state: 'power off', reservation: null });
    doomed.kill('SIGKILL');
    await conductor();
    expect(await sut.free(parent)).toMatchObject({ power_state: 'power off', last_error: null });
    expect(await sut.powers(...children)).toEqual(['power off', 'power off']);
    for (const child of children) expect(await sut.free(child)).toMatchObject({ reservation: null });
  });
});
