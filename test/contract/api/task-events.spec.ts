import type { PortOperation } from '@bessemer/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { ApiFixture } from './api-fixture.js';

const set = (path: string, value: unknown) => ({ op: 'set' as const, path, value: value as never });
const step = { interface: 'deploy', step: 'erase', priority: 10, abortable: true, index: 0 };

describe('task events', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  let ports = 0;
  const inspecting = async () => {
    const node = await sut.manageable();
    await sut.verb(node, 'inspect');
    return { node, command: await sut.conductor.command(node, 'inspect') };
  };

  it('parks what comes too early and applies it when the gap is closed', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.report(command, {
      what: 'finished',
      seq: 3,
      transition: 'done',
      patch: { fields: [set('/properties/cpus', 8)] },
    });
    await waitFor('the parked event', async () => (await parked(command.task)) === 1);
    expect(await sut.shown(node)).toMatchObject({ provision_state: 'inspecting' });
    await sut.conductor.report(command, { what: 'started', seq: 2 });
    await sut.conductor.report(command, { what: 'accepted', seq: 1 });
    expect(await sut.reaches(node, 'manageable')).toMatchObject({ properties: { cpus: 8 }, reservation: null });
    expect(await parked(command.task)).toBe(0);
  });

  const parked = async (task: string): Promise<number> => {
    const rows = await sut.api.database.query('SELECT 1 FROM parked_task_events WHERE task = $1', [task]);
    return rows.length;
  };

  it('lets a node be found by the address of its BMC that a task has found', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'finished', transition: 'done', patch: { fields: [set('/driver_info/ipmi_address', '192.0.2.93')] } },
    ]);
    await sut.reaches(node, 'manageable');
    const { body } = await sut.get('/v1/find?identifier=192.0.2.93');
    expect(body).toMatchObject({ nodes: [{ uuid: node }] });
  });

  it('changes nothing on a repeated event', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.report(command, { what: 'accepted', seq: 1 });
    await sut.conductor.report(command, { what: 'started', seq: 2 });
    await sut.conductor.report(command, { what: 'progress', seq: 3, patch: { fields: [set('/extra/a', 1)] } });
    await waitFor('the first report', async () => JSON.stringify((await sut.shown(node))['extra']) === '{"a":1}');
    await sut.conductor.report(command, { what: 'progress', seq: 3, patch: { fields: [set('/extra/a', 2)] } });
    await sut.conductor.report(command, { what: 'finished', seq: 4, transition: 'done' });
    expect(await sut.reaches(node, 'manageable')).toMatchObject({ extra: { a: 1 } });
  });

  it('writes history and nothing else for a task under an old epoch', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'waiting', transition: 'wait', reason: 'Waits.' },
    ]);
    await sut.reaches(node, 'inspect wait');
    await sut.verb(node, 'abort');
    const before = await sut.shown(node);
    await sut.conductor.report(command, {
      what: 'finished',
      transition: 'done',
      patch: { fields: [set('/extra/late', true)] },
    });
    const entries = await waitFor('the line of history', async () => {
      const { body } = await sut.get(`/v1/nodes/${node}/history?detail=True`);
      const found = body['history'] as { event: string }[];
      return found.some(({ event }) => event.includes('replaced')) ? found : undefined;
    });
    expect(entries.length).toBeGreaterThan(3);
    expect(await sut.shown(node)).toEqual(before);
  });

  it('grants a resume only to the task that waits, once its events are applied', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'waiting', transition: 'wait', reason: 'Waits.' },
    ]);
    await sut.reaches(node, 'inspect wait');
    expect(await sut.conductor.resume(command, 9)).toMatchObject({ verdict: 'behind' });
    expect(await sut.conductor.resume(command, 3, command.epoch + 1)).toMatchObject({ verdict: 'refused' });
    expect(await sut.conductor.resume(command, 3)).toEqual({ verdict: 'granted', provision_state: 'inspecting' });
    expect(await sut.conductor.resume(command, 3)).toEqual({ verdict: 'granted', provision_state: 'inspecting' });
    expect(await sut.shown(node)).toMatchObject({ provision_state: 'inspecting', reservation: sut.conductor.host });
  });

  it('fails an inspection whose rule sets a value that the record refuses, naming the rule', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      {
        what: 'finished',
        transition: 'done',
        patch: { fields: [{ ...set('/resource_class', 'x'.repeat(81)), rule: 'too long a class' }] },
      },
    ]);
    const shown = await sut.reaches(node, 'inspect failed');
    expect(String(shown['last_error'])).toContain('too long a class');
    expect(shown).toMatchObject({ resource_class: null, maintenance: false });
  });

  it('puts a node whose clean step failed into maintenance with the fault', async () => {
    const node = await sut.manageable();
    await sut.verb(node, 'clean', { clean_steps: [{ interface: 'deploy', step: 'erase' }] });
    const command = await sut.conductor.command(node, 'clean');
    expect(command.arguments).toEqual({ clean_steps: [{ interface: 'deploy', step: 'erase' }] });
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'started' }, { what: 'step-started', step }]);
    await waitFor('the step', async () => JSON.stringify((await sut.shown(node))['clean_step']).includes('erase'));
    await sut.conductor.report(command, {
      what: 'failed',
      step,
      transition: 'fail',
      failure: { code: 'broken', message: 'The disk is broken.', fault: 'clean failure' },
    });
    expect(await sut.reaches(node, 'clean failed')).toMatchObject({
      maintenance: true,
      fault: 'clean failure',
      maintenance_reason: 'The disk is broken.',
      last_error: 'The disk is broken.',
      clean_step: {},
    });
    expect((await sut.request('DELETE', `/v1/nodes/${node}/maintenance`)).status).toBe(202);
    expect(await sut.shown(node)).toMatchObject({ maintenance: false, fault: null, maintenance_reason: null });
  });

  it('aborts after the step when the step may not be cut short', async () => {
    const node = await sut.manageable();
    await sut.verb(node, 'clean', { clean_steps: [{ interface: 'deploy', step: 'erase' }] });
    const command = await sut.conductor.command(node, 'clean');
    const firm = { ...step, abortable: false };
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'step-started', step: firm },
      { what: 'waiting', transition: 'wait', step: firm, reason: 'The agent erases.' },
    ]);
    await sut.reaches(node, 'clean wait');
    expect((await sut.verb(node, 'abort')).status).toBe(202);
    expect(await sut.shown(node)).toMatchObject({ provision_state: 'clean wait', clean_step: { abort_after: true } });
    await sut.conductor.resume(command, 4);
    await sut.conductor.report(command, { what: 'step-finished', step: firm });
    const signal = await sut.conductor.signal(node, 'abort');
    expect(signal.epoch).toBe(command.epoch + 1);
    await sut.conductor.report(command, { what: 'finished', epoch: signal.epoch });
    await sut.reaches(node, 'clean failed');
  });

  it('fails the task for an event that cannot be applied at all, and says so', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'progress', transition: 'nonsense' },
    ]);
    // The back-off between all the attempts takes a minute: this one is made the last but one.
    await waitFor('the first attempt', async () => {
      const rows = await sut.api.database.query('UPDATE inbox_attempts SET attempts = 9 RETURNING 1');
      return rows.length > 0;
    });
    const shown = await sut.reaches(node, 'inspect failed');
    expect(String(shown['last_error'])).toContain('could not be applied');
    expect(await sut.conductor.signal(node, 'cancel')).toMatchObject({ task: command.task, epoch: command.epoch + 1 });
  });

  it('names the conductor that has taken the task over', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'progress', conductor: 'conductor-other', reason: 'Goes on for another.' },
    ]);
    await waitFor('the new name', async () => (await sut.shown(node))['reservation'] === 'conductor-other');
    await sut.conductor.report(command, { what: 'finished', transition: 'done' });
    await sut.reaches(node, 'manageable');
  });

  it('lets no task act while the power of its node is being changed', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'waiting', transition: 'wait', reason: 'Waits.' },
    ]);
    await sut.reaches(node, 'inspect wait');
    const power = { body: { target: 'power on' } };
    expect((await sut.request('PUT', `/v1/nodes/${node}/states/power`, power)).status).toBe(202);
    const change = await sut.conductor.command(node, 'power');
    await sut.conductor.reportAll(change, [{ what: 'accepted' }, { what: 'started' }]);
    await waitFor('the reservation', async () => (await sut.shown(node))['reservation'] === sut.conductor.host);
    expect(await sut.conductor.resume(command, 3)).toMatchObject({ verdict: 'behind' });
    await sut.conductor.report(change, { what: 'finished' });
    await sut.reaches(node, 'inspect wait');
    expect(await sut.conductor.resume(command, 3)).toMatchObject({ verdict: 'granted' });
  });

  it('answers many patches at once, more than it has connections', async () => {
    const nodes = await Promise.all(Array.from({ length: 40 }, () => sut.node()));
    const patch = { body: [{ op: 'add', path: '/extra/patched', value: true }] };
    for (const _ of [1, 2, 3]) {
      await sut.conductor.announce(true);
      const answers = await Promise.all(nodes.map((node) => sut.request('PATCH', `/v1/nodes/${node}`, patch)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    }
  });

  it('changes ports as rules ask for it, one operation after the other', async () => {
    const { node, command } = await inspecting();
    const address = '52:54:00:00:20:01';
    const on = (op: 'set' | 'extend' | 'remove', path: string, more: Partial<PortOperation> = {}): PortOperation => ({
      ...{ port: address, op, path, rule: 'ports' },
      ...more,
    });
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      {
        what: 'finished',
        transition: 'done',
        patch: {
          ports: [{ address, pxe_enabled: true, extra: { keep: 1, drop: 2 } }],
          portOperations: [
            on('set', '/extra/rack/row', { value: 7 }),
            on('extend', '/extra/tags', { value: 'a' }),
            on('extend', '/extra/tags', { value: 'b' }),
            on('extend', '/extra/tags', { value: 'a', unique: true }),
            on('set', '/extra/tags/1', { value: 'c' }),
            on('remove', '/extra/drop'),
            on('remove', '/extra/nothing/there'),
            on('set', '/pxe_enabled', { value: 'False' }),
            on('set', '/physical_network', { value: 'rack-1' }),
            on('set', '/vendor', { value: 'acme' }),
            on('remove', '/vendor'),
          ],
        },
      },
    ]);
    await sut.reaches(node, 'manageable');
    expect((await sut.get(`/v1/nodes/${node}/ports/detail`)).body['ports']).toMatchObject([
      {
        ...{ address, pxe_enabled: false, physical_network: 'rack-1', vendor: null },
        extra: { keep: 1, rack: { row: 7 }, tags: ['a', 'c'] },
      },
    ]);
  });

  it.each<[string, Partial<PortOperation>, string]>([
    ['port that the node does not have', { port: '52:54:00:00:99:99' }, 'has no port 52:54:00:00:99:99'],
    ['field that is not for rules', { path: '/address', value: '52:54:00:00:99:98' }, 'cannot change this of a port'],
    ['value of another type', { path: '/extra', value: 'x' }, "is not of type 'object'"],
    ['list that is none', { op: 'extend', path: '/extra/keep', value: 2 }, 'it is no list'],
    ['item that is not there', { path: '/extra/list/9', value: 2 }, 'has no item "9"'],
    ['link that leads nowhere', { path: '/local_link_connection', value: { x: 'y' } }, "'x' was unexpected"],
    ['key of a prototype', { path: '/extra/__proto__/x', value: 1 }, 'the key is not allowed'],
  ])('fails an inspection whose rule names a %s', async (_, operation, reason) => {
    const { node, command } = await inspecting();
    const address = `52:54:00:00:${Math.floor(ports / 100)}1:${String(ports % 100).padStart(2, '0')}`;
    ports += 1;
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      {
        what: 'finished',
        transition: 'done',
        patch: {
          ports: [{ address, pxe_enabled: true, extra: { keep: 1, list: [] } }],
          portOperations: [
            { port: address, op: 'set', path: '/extra/a', value: 1, rule: 'No such thing', ...operation },
          ],
        },
      },
    ]);
    await sut.reaches(node, 'inspect failed');
    const { last_error: error } = await sut.shown(node);
    expect(error).toContain('set by the inspection rule No such thing was refused');
    expect(error).toContain(reason);
    expect((await sut.get(`/v1/nodes/${node}/ports`)).body['ports']).toEqual([]);
  });

  it('creates and updates ports and traits of a patch, and settings of the BIOS', async () => {
    const { node, command } = await inspecting();
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      {
        what: 'finished',
        transition: 'done',
        patch: {
          ports: [{ address: '52:54:00:00:10:01', pxe_enabled: false }],
          addTraits: ['CUSTOM_FOUND'],
          bios: [{ name: 'LogicalProc', value: 'Enabled' }],
        },
      },
    ]);
    await sut.reaches(node, 'manageable');
    const ports = await sut.get(`/v1/nodes/${node}/ports/detail`);
    expect(ports.body['ports']).toMatchObject([{ address: '52:54:00:00:10:01', pxe_enabled: false }]);
    expect((await sut.get(`/v1/nodes/${node}/traits`)).body).toEqual({ traits: ['CUSTOM_FOUND'] });
    expect((await sut.get(`/v1/nodes/${node}/bios`)).body['bios']).toMatchObject([{ value: 'Enabled' }]);
  });

  it('keeps what was known of a BIOS setting until something else is told', async () => {
    const { node, command } = await inspecting();
    const facts = {
      ...{ attribute_type: 'Enumeration', allowable_values: ['Enabled', 'Disabled'], lower_bound: 1, upper_bound: 2 },
      ...{ min_length: 3, max_length: 4, read_only: false, reset_required: true, unique: true },
    };
    const shown = async () => (await sut.get(`/v1/nodes/${node}/bios?detail=True`)).body['bios'];
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'progress', patch: { bios: [{ name: 'LogicalProc', value: 'Enabled', ...facts }] } },
      { what: 'progress', patch: { bios: [{ name: 'LogicalProc', value: 'Disabled' }] } },
    ]);
    await waitFor('the second report', async () => JSON.stringify(await shown()).includes('"value":"Disabled"'));
    expect(await shown()).toMatchObject([{ value: 'Disabled', ...facts, updated_at: expect.any(String) }]);
    const next = { name: 'LogicalProc', value: 'Disabled', allowable_values: ['Disabled'], read_only: true };
    await sut.conductor.reportAll(command, [{ what: 'finished', transition: 'done', patch: { bios: [next] } }]);
    await sut.reaches(node, 'manageable');
    expect(await shown()).toMatchObject([{ ...facts, allowable_values: ['Disabled'], read_only: true }]);
  });
});
