import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { ApiFixture } from './api-fixture.js';

describe('provisioning verbs', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  it('answers 202 after the commit: a look right after shows the new state', async () => {
    const node = await sut.node();
    const accepted = await sut.verb(node, 'manage');
    expect(accepted.status).toBe(202);
    expect(accepted.text).toBe('');
    expect(accepted.headers.get('location')).toContain(node);
    expect(await sut.shown(node)).toMatchObject({ provision_state: 'verifying', target_provision_state: 'manageable' });
    const command = await sut.conductor.command(node, 'verify');
    expect(command).toMatchObject({ verb: 'manage', epoch: 1 });
  });

  it('refuses a verb that the state does not allow, and changes nothing', async () => {
    const node = await sut.node();
    const before = await sut.shown(node);
    const refused = await sut.verb(node, 'active');
    expect(refused.status).toBe(400);
    expect(refused.fault).toContain('can not be performed');
    expect(await sut.shown(node)).toEqual(before);
  });

  it('refuses what the driver refuses, with its reason, and changes nothing', async () => {
    const node = await sut.manageable();
    const before = await sut.shown(node);
    sut.conductor.verdicts = { power: { result: false, reason: 'No address of the BMC.' } };
    const refused = await sut.verb(node, 'inspect');
    const power = await sut.request('PUT', `/v1/nodes/${node}/states/power`, { body: { target: 'power on' } });
    sut.conductor.verdicts = {};
    expect([refused.status, refused.fault]).toEqual([400, 'No address of the BMC.']);
    expect(power.status).toBe(400);
    expect(await sut.shown(node)).toEqual(before);
  });

  it('waits for a busy node, then refuses verb, PATCH, power, maintenance and traits with 409', async () => {
    const node = await sut.node();
    await sut.verb(node, 'manage');
    const command = await sut.conductor.command(node, 'verify');
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'started' }]);
    await waitFor('the reservation', async () => (await sut.shown(node))['reservation'] === sut.conductor.host);
    const before = await sut.shown(node);
    const began = performance.now();
    const refused = await Promise.all([
      sut.verb(node, 'manage'),
      sut.request('PATCH', `/v1/nodes/${node}`, { body: [{ op: 'add', path: '/extra/a', value: 1 }] }),
      sut.request('PUT', `/v1/nodes/${node}/states/power`, { body: { target: 'power on' } }),
      sut.request('PUT', `/v1/nodes/${node}/maintenance`, { body: {} }),
      sut.request('PUT', `/v1/nodes/${node}/traits`, { body: { traits: ['CUSTOM_A'] } }),
      sut.request('DELETE', `/v1/nodes/${node}`),
    ]);
    expect(refused.map((answer) => answer.status)).toEqual([409, 409, 409, 409, 409, 409]);
    expect(refused[0]?.fault).toContain(`locked by host ${sut.conductor.host}`);
    expect(performance.now() - began).toBeGreaterThan(390);
    expect(await sut.shown(node)).toEqual(before);
  });

  it('lets a waiting request in as soon as the node is released', async () => {
    const node = await sut.node();
    await sut.verb(node, 'manage');
    const command = await sut.conductor.command(node, 'verify');
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'started' }]);
    await waitFor('the reservation', async () => (await sut.shown(node))['reservation'] === sut.conductor.host);
    const patched = sut.request('PATCH', `/v1/nodes/${node}`, { body: [{ op: 'add', path: '/extra/a', value: 1 }] });
    await sut.conductor.report(command, { what: 'finished', transition: 'done' });
    expect((await patched).status).toBe(200);
    expect(await sut.shown(node)).toMatchObject({ provision_state: 'manageable', extra: { a: 1 } });
  });

  it('runs a power change beside the lifecycle', async () => {
    const node = await sut.node();
    const accepted = await sut.request('PUT', `/v1/nodes/${node}/states/power`, { body: { target: 'power on' } });
    expect(accepted.status).toBe(202);
    expect(await sut.shown(node)).toMatchObject({ power_state: null, target_power_state: 'power on' });
    const command = await sut.conductor.command(node, 'power');
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'finished', patch: { fields: [{ op: 'set', path: '/power_state', value: 'power on' }] } },
    ]);
    const shown = await sut.reaches(node, 'enroll');
    expect(shown).toMatchObject({ power_state: 'power on', target_power_state: null, reservation: null });
  });

  it('ends a waiting task by abort: the failure state at once, a signal under a new epoch', async () => {
    const node = await sut.manageable();
    await sut.verb(node, 'inspect');
    const command = await sut.conductor.command(node, 'inspect');
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'waiting', transition: 'wait', reason: 'Waits for the ramdisk.', deadline: '2099-01-01T00:00:00.000Z' },
    ]);
    await sut.reaches(node, 'inspect wait');
    const explained = { reason: 'Waits for the ramdisk.', deadline: '2099-01-01T00:00:00.000Z' };
    expect((await sut.get(`/v1/nodes/${node}/explain`)).body).toMatchObject(explained);
    // Bessemer's own route has no version of Ironic's: a name serves below 1.5 too.
    await sut.request('PATCH', `/v1/nodes/${node}`, { body: [{ op: 'add', path: '/name', value: 'waits' }] });
    expect((await sut.get('/v1/nodes/waits/explain', '1.1')).body).toMatchObject(explained);
    expect((await sut.verb(node, 'abort')).status).toBe(202);
    expect(await sut.shown(node)).toMatchObject({ provision_state: 'inspect failed' });
    const signal = await sut.conductor.signal(node, 'abort');
    expect(signal).toMatchObject({ task: command.task, epoch: command.epoch + 1 });
    await sut.conductor.report(command, { what: 'finished', epoch: signal.epoch });
    await sut.reaches(node, 'inspect failed');
    expect((await sut.resumeOf(command)).verdict).toBe('refused');
  });

  it('answers 503 when no conductor is there, and changes nothing', async () => {
    const lonely = await ApiFixture.start();
    const node = await lonely.node();
    const before = await lonely.shown(node);
    await lonely.silence();
    const refused = await lonely.verb(node, 'manage');
    const power = await lonely.request('PUT', `/v1/nodes/${node}/states/power`, { body: { target: 'power on' } });
    expect([refused.status, power.status]).toEqual([503, 503]);
    expect(await lonely.shown(node)).toEqual(before);
    await lonely.stop();
  });
});
