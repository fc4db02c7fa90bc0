import type { TaskCommand } from '@bessemer/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { ApiFixture } from './api-fixture.js';

const set = (path: string, value: unknown) => ({ fields: [{ op: 'set' as const, path, value: value as never }] });

describe('borrowed nodes', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  /** A parent that is being cleaned, and its child. */
  const family = async () => {
    const parent = await sut.manageable();
    const child = await sut.manageable({ parent_node: parent });
    const command = await cleaned(parent);
    return { parent, child, command };
  };
  const cleaned = async (node: string): Promise<TaskCommand> => {
    await sut.verb(node, 'clean', { clean_steps: [{ interface: 'deploy', step: 'erase' }] });
    const command = await sut.conductor.command(node, 'clean');
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'started' }]);
    await waitFor('the start', async () => (await sut.shown(node))['reservation'] === sut.conductor.host);
    return command;
  };
  const reservation = async (node: string) => (await sut.shown(node))['reservation'];
  const end = (command: TaskCommand) => sut.conductor.report(command, { what: 'finished', transition: 'manage' });

  it('are those above and below the node of the task, with what belongs to them', async () => {
    const { parent, child, command } = await family();
    const grandchild = await sut.manageable({ parent_node: child });
    const sibling = await sut.manageable();
    expect(await sut.conductor.borrow(command, child)).toMatchObject({
      verdict: 'granted',
      node: { uuid: child, parent_node: parent },
      ports: [],
      children: [grandchild],
    });
    expect(await sut.conductor.borrow(command, grandchild)).toMatchObject({ verdict: 'granted', children: [] });
    expect(await sut.conductor.borrow(command, sibling)).toEqual({ verdict: 'gone' });
    expect(await sut.conductor.borrow(command, crypto.randomUUID())).toEqual({ verdict: 'gone' });
    await end(command);
    await sut.reaches(grandchild, 'manageable');

    const ofChild = await cleaned(child);
    expect(await sut.conductor.borrow(ofChild, parent)).toMatchObject({ verdict: 'granted', node: { uuid: parent } });
    await end(ofChild);
    await sut.reaches(parent, 'manageable');
  });

  it('are lent to a task of now that the api has heard to the end', async () => {
    const { child, command } = await family();
    expect(await sut.conductor.borrow(command, child, { epoch: command.epoch - 1 })).toMatchObject({
      verdict: 'refused',
    });
    expect(await sut.conductor.borrow(command, child, { seq: 3 })).toEqual({ verdict: 'behind' });
    expect(await reservation(child)).toBeNull();
    await end(command);
  });

  it('are locked for others, and lent again to the task that has them, on whatever conductor', async () => {
    const { child, command } = await family();
    await sut.conductor.borrow(command, child);
    expect(await reservation(child)).toBe(sut.conductor.host);
    expect((await sut.verb(child, 'clean', { clean_steps: [{ interface: 'deploy', step: 'erase' }] })).status).toBe(
      409,
    );
    expect(await sut.conductor.borrow(command, child, { conductor: 'another' })).toMatchObject({ verdict: 'granted' });
    expect(await reservation(child)).toBe('another');
    await end(command);
  });

  it('are not lent while somebody works on them; the task is told when that is over', async () => {
    const { child, command } = await family();
    const own = await cleaned(child);
    expect(await sut.conductor.borrow(command, child)).toEqual({
      verdict: 'busy',
      reason: `it is locked by host ${sut.conductor.host}`,
    });
    expect(await sut.conductor.borrow(command, child, { onlyLook: true })).toMatchObject({ verdict: 'granted' });
    await end(own);
    expect(await sut.conductor.signal(command.node.uuid, 'released')).toMatchObject({
      task: command.task,
      epoch: command.epoch,
      data: { node: child },
    });
    expect(await sut.conductor.borrow(command, child)).toMatchObject({ verdict: 'granted' });
    await end(command);
    await sut.reaches(child, 'manageable');
  });

  it('are only looked at without being locked', async () => {
    const { child, command } = await family();
    expect(await sut.conductor.borrow(command, child, { onlyLook: true })).toMatchObject({ node: { uuid: child } });
    expect(await reservation(child)).toBeNull();
    await end(command);
  });

  it('take what events of the task tell of them, and are returned by one', async () => {
    const { parent, child, command } = await family();
    await sut.conductor.borrow(command, child);
    await sut.conductor.reportAll(command, [
      { what: 'progress', borrowed: { node: child, returned: false }, patch: set('/target_power_state', 'power on') },
      { what: 'progress', borrowed: { node: child, returned: true }, patch: set('/power_state', 'power on') },
      { what: 'progress', borrowed: { node: child, returned: false }, patch: set('/power_state', 'power off') },
      { what: 'progress', patch: set('/extra/seen', true) },
    ]);
    await waitFor(
      'the last report',
      async () => JSON.stringify((await sut.shown(parent))['extra']) === '{"seen":true}',
    );
    expect(await sut.shown(child)).toMatchObject({
      power_state: 'power on',
      target_power_state: 'power on',
      reservation: null,
    });
    expect(await sut.shown(parent)).toMatchObject({ power_state: 'power off', reservation: sut.conductor.host });
    await end(command);
  });

  it('are all returned by the end of the task, and fail it for a value that they do not take', async () => {
    const { parent, child, command } = await family();
    const other = await sut.manageable({ parent_node: parent });
    await sut.conductor.borrow(command, child);
    await sut.conductor.borrow(command, other);
    await sut.conductor.report(command, {
      what: 'progress',
      borrowed: { node: child, returned: false },
      patch: set('/provision_state', 'active'),
    });
    expect(await sut.reaches(parent, 'clean failed')).toMatchObject({
      last_error: expect.stringMatching(new RegExp(`node ${child}: The value of /provision_state was refused`)),
    });
    expect([await reservation(child), await reservation(other)]).toEqual([null, null]);
  });

  it('are returned when the task has vanished without an end', async () => {
    const { parent, child, command } = await family();
    await sut.conductor.borrow(command, child);
    await sut.api.database.query(
      "UPDATE nodes SET task = NULL, reservation = NULL, provision_state = 'manageable', revision = revision + 1 WHERE uuid = $1",
      [parent],
    );
    await sut.reaches(child, 'manageable');
    expect((await sut.get(`/v1/nodes/${child}/explain`)).body).toMatchObject({ situation: 'idle' });
  });

  it('do not go on with a task of their own meanwhile', async () => {
    const { parent, child } = await family();
    const own = await cleaned(child);
    await sut.conductor.report(own, { what: 'waiting', transition: 'wait', reason: 'Waits for the agent.' });
    await sut.reaches(child, 'clean wait');
    const command = await sut.conductor.command(parent, 'clean');
    expect(await sut.conductor.borrow(command, child)).toMatchObject({ verdict: 'granted' });
    expect(await sut.conductor.resume(own, 3)).toMatchObject({ verdict: 'behind' });
    await end(command);
    await waitFor('the child to be free', async () => (await reservation(child)) === null);
    expect(await sut.conductor.resume(own, 3)).toMatchObject({ verdict: 'granted', provision_state: 'cleaning' });
  });
});
