import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../stack/index.js';
import { FamilyFixture } from './family-fixture.js';

const own = { has_dedicated_power_supply: 'true' };

describe('power of parents and children', () => {
  let sut: FamilyFixture;

  beforeAll(async () => {
    sut = await FamilyFixture.start();
    await sut.conductor('one');
  });
  afterAll(() => sut.stack.stop());

  it('goes off at the children before it goes off at the parent, but for those with a supply of their own', async () => {
    const { parent, children } = await sut.family(2, 'power on');
    const independent = await sut.node({ parent_node: parent, driver_info: own }, 'power on');
    const grandchild = await sut.node({ parent_node: children[0] }, 'power on');
    expect((await sut.power(parent, 'power off')).status).toBe(202);
    expect(await sut.free(parent)).toMatchObject({ power_state: 'power off', last_error: null });
    expect(await sut.powers(...children, grandchild)).toEqual(['power off', 'power off', 'power off']);
    expect(await sut.powers(independent)).toEqual(['power on']);
    for (const child of [...children, grandchild]) expect(await sut.free(child)).toMatchObject({ reservation: null });
  });

  it('goes on at the parents before it goes on at a child, but for one with a supply of its own', async () => {
    const { parent, children } = await sut.family(1);
    const [child = ''] = children;
    const grandchild = await sut.node({ parent_node: child });
    const independent = await sut.node({ parent_node: parent, driver_info: own });
    await sut.power(independent, 'power on');
    expect(await sut.free(independent)).toMatchObject({ power_state: 'power on' });
    expect(await sut.powers(parent)).toEqual(['power off']);
    await sut.power(grandchild, 'power on');
    expect(await sut.free(grandchild)).toMatchObject({ power_state: 'power on' });
    expect(await sut.powers(parent, child)).toEqual(['power on', 'power on']);
    await Promise.all([parent, child].map((node) => sut.free(node)));
  });

  it('leaves others alone where it does not change, and children where a parent restarts', async () => {
    const { parent, children } = await sut.family(1, 'power off');
    const [child = ''] = children;
    await sut.power(child, 'power off');
    expect(await sut.free(child)).toMatchObject({ power_state: 'power off' });
    await sut.power(parent, 'power on');
    await sut.free(parent);
    await sut.power(child, 'power on');
    await sut.free(child);
    await sut.power(parent, 'rebooting');
    expect(await sut.free(parent)).toMatchObject({ power_state: 'power on' });
    expect(await sut.powers(child)).toEqual(['power on']);
  });

  it('does not wait for a child that is off already, nor for a parent that is on', async () => {
    const { parent, children } = await sut.family(1, 'power off');
    const [child = ''] = children;
    await sut.power(parent, 'power on');
    await sut.free(parent);
    await sut.lock(child);
    await sut.power(parent, 'power off');
    expect(await sut.free(parent)).toMatchObject({ power_state: 'power off', last_error: null });
    await sut.unlock(child);
  });

  it('waits for a child that somebody works on, and tells so', async () => {
    const { parent, children } = await sut.family(1, 'power on');
    const [child = ''] = children;
    await sut.lock(child);
    await sut.power(parent, 'power off');
    const waits = await waitFor('the wait to be told', async () => {
      const explained = await sut.explained(parent);
      return String(explained['reason']).includes(child) && explained['deadline'] !== null ? explained : undefined;
    });
    expect(waits).toMatchObject({ situation: 'power', power_state: 'power on' });
    await sut.unlock(child);
    expect(await sut.free(parent)).toMatchObject({ power_state: 'power off' });
    expect(await sut.powers(child)).toEqual(['power off']);
  });

  it.each([
    ['that fails', { driver_info: { fake_fail: ['power.set'] } }, /power\.set/],
    ['that must never be off', { disable_power_off: true }, /Power off is disabled/],
  ])('stays on at the parent of a child %s', async (_, fields, message) => {
    const { parent, children } = await sut.family(1, 'power on', fields);
    const [child = ''] = children;
    await sut.power(parent, 'power off');
    const failed = await sut.free(parent);
    expect(failed).toMatchObject({ power_state: 'power on', target_power_state: null });
    expect(failed['last_error']).toMatch(new RegExp(`child node ${child} could not be powered off`));
    expect(failed['last_error']).toMatch(message);
    expect(await sut.free(child)).toMatchObject({ power_state: 'power on', reservation: null });
  });

  it('tells a child of its own failure, in its record and its history', async () => {
    const { parent, children } = await sut.family(1, 'power on', { driver_info: { fake_fail: ['power.set'] } });
    const [child = ''] = children;
    await sut.power(parent, 'power off');
    await sut.free(parent);
    expect((await sut.free(child))['last_error']).toMatch(/fails at power\.set.*Take power\.set out/);
    const { body } = await sut.request('GET', `/v1/nodes/${child}/history?detail=true`);
    expect(body['history']).toMatchObject([{ severity: 'ERROR', event: expect.stringMatching(/fails at power\.set/) }]);
  });

  it('is given back and told of at a child that a lost conductor had switched off already', async () => {
    const { parent, children } = await sut.family(2, 'power on');
    const [locked = '', left = ''] = children;
    await sut.lock(locked);
    await sut.clean(parent, [
      { interface: 'power', step: 'power_off' },
      { interface: 'power', step: 'hold' },
    ]);
    await waitFor('the wait', async () => String((await sut.explained(parent))['reason']).includes(locked));
    await sut.leaveBorrowed(left, parent, { power_state: 'power off', target_power_state: 'power off' });
    await sut.unlock(locked);
    await waitFor('the hold', async () => (await sut.shown(parent))['provision_state'] === 'clean hold');
    expect(await sut.shown(left)).toMatchObject({
      power_state: 'power off',
      target_power_state: null,
      reservation: null,
    });
  });

  it('names what is wrong with a supply that is neither there nor not, where that matters', async () => {
    const { parent, children } = await sut.family(1, 'power off', {
      driver_info: { has_dedicated_power_supply: 'so-so' },
    });
    const [child = ''] = children;
    await sut.power(child, 'power off');
    expect(await sut.free(child)).toMatchObject({ last_error: null });
    await sut.power(child, 'power on');
    expect(await sut.free(child)).toMatchObject({
      power_state: 'power off',
      last_error: expect.stringContaining('has_dedicated_power_supply must be true or false'),
    });
    expect(await sut.powers(parent)).toEqual(['power off']);
  });

  it('is tied in any work on the machine, not in power changes alone', async () => {
    const { parent, children } = await sut.family(2, 'power on');
    await sut.clean(parent, [{ interface: 'power', step: 'power_off' }]);
    expect(await sut.free(parent)).toMatchObject({ provision_state: 'manageable', power_state: 'power off' });
    expect(await sut.powers(...children)).toEqual(['power off', 'power off']);
  });
});
