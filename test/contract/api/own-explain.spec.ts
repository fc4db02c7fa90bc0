import type { TaskCommand } from '@bessemer/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { ApiFixture } from './api-fixture.js';
import { unknownUuid } from './table-samples.js';

const step = { interface: 'deploy', step: 'erase_devices', index: 0, priority: 10, abortable: true };
const later = '2099-01-01T00:00:00.000Z';

describe('GET /v1/nodes/{node}/explain', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const change = (node: string, assignments: string): Promise<unknown> =>
    sut.api.database.query(`UPDATE nodes SET ${assignments} WHERE uuid = $1`, [node]);
  const explain = async (node: string): Promise<Record<string, unknown>> => {
    const answer = await sut.get(`/v1/nodes/${encodeURIComponent(node)}/explain`);
    expect([answer.status, answer.fault]).toEqual([200, '']);
    for (const name of ['situation', 'reason', 'remedy']) expect(answer.body[name]).toMatch(/\S/);
    expect(answer.body).toHaveProperty('since');
    expect(answer.body).toHaveProperty('deadline');
    return answer.body;
  };
  const also = (body: Record<string, unknown>): unknown[] =>
    (body['also'] as { situation: string }[]).map(({ situation }) => situation);
  const situation = (node: string, wanted: string): Promise<Record<string, unknown>> =>
    waitFor(`the situation ${wanted}`, async () => {
      const body = await explain(node);
      return body['situation'] === wanted ? body : undefined;
    });
  const accepted = async (): Promise<{ node: string; command: TaskCommand }> => {
    const node = await sut.manageable();
    await sut.verb(node, 'provide');
    return { node, command: await sut.conductor.command(node, 'clean') };
  };
  const running = async (): Promise<{ node: string; command: TaskCommand }> => {
    const begun = await accepted();
    await sut.conductor.reportAll(begun.command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'step-started', step, deadline: later },
    ]);
    await waitFor('the step', async () => (await explain(begun.node))['step'] !== null);
    return begun;
  };
  const waiting = async (): Promise<{ node: string; command: TaskCommand }> => {
    const begun = await running();
    const report = {
      what: 'waiting',
      transition: 'wait',
      step,
      reason: 'Waits for the agent.',
      deadline: later,
    } as const;
    await sut.conductor.report(begun.command, report);
    await situation(begun.node, 'waits-for-agent');
    return begun;
  };

  it('a node that rests: nothing is under way, and what it takes', async () => {
    const node = await sut.manageable();
    const body = await explain(node);
    expect(body).toMatchObject({
      situation: 'idle',
      reason: expect.stringMatching(/^Nothing is under way\. Under control/),
      remedy: expect.stringMatching(/"provide"/),
      deadline: null,
      busy: false,
      also: [],
    });
    expect(body['since']).toBe(new Date(String((await sut.shown(node))['provision_updated_at'])).toISOString());
  });

  it('a task that no conductor has taken yet', async () => {
    const { node } = await accepted();
    expect(await explain(node)).toMatchObject({
      situation: 'accepted',
      reason: 'Accepted; waits for a conductor.',
      since: expect.any(String),
      busy: true,
    });
  });

  it('a task for which no conductor is alive, and a node whose verbs nobody could serve', async () => {
    const { node } = await accepted();
    const idle = await sut.manageable();
    for (const uuid of [node, idle]) await change(uuid, "conductor_group = 'rack.9'");
    const body = await explain(node);
    expect(body).toMatchObject({
      situation: 'no-conductor',
      reason: expect.stringMatching(/"rack\.9".*"fake-hardware".*nobody goes on/),
      since: expect.any(String),
      remedy: expect.stringMatching(/^Start such a conductor/),
    });
    expect(also(body)).toEqual(['accepted']);
    expect(await explain(idle)).toMatchObject({ situation: 'no-conductor', reason: expect.stringMatching(/503/) });
  });

  it('work that waits for its turn', async () => {
    const { node, command } = await accepted();
    const reason = 'Waiting for its turn: 8 tasks run.';
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'progress', reason }]);
    await waitFor('the reason', async () => (await explain(node))['reason'] === reason);
    expect(await explain(node)).toMatchObject({ situation: 'queued', remedy: expect.stringMatching(/turn/) });
  });

  it('a step that runs', async () => {
    const { node } = await running();
    expect(await explain(node)).toMatchObject({
      situation: 'running',
      reason: 'Runs deploy.erase_devices.',
      since: expect.any(String),
      deadline: later,
      step: { step: 'erase_devices' },
    });
  });

  it('work whose conductor is silent', async () => {
    const { node } = await running();
    await sut.api.database.query(
      `INSERT INTO conductors (hostname, conductor_group, online, drivers, hardware_types, updated_at)
       VALUES ('gone', '', false, '[]', '[]', '2026-01-01T00:00:00Z')`,
    );
    await change(node, "reservation = 'gone'");
    expect(await explain(node)).toMatchObject({
      situation: 'interrupted',
      reason: expect.stringMatching(/^The conductor gone/),
      since: '2026-01-01T00:00:00.000Z',
      remedy: expect.stringMatching(/another conductor takes the work over/),
    });
  });

  it('a task that waits for its agent, and one that maintenance holds up', async () => {
    const { node } = await waiting();
    const body = await explain(node);
    expect(body).toMatchObject({
      situation: 'waits-for-agent',
      reason: 'Waits for the agent.',
      deadline: later,
      remedy: expect.stringMatching(/console.*not heard of yet.*"abort"/),
    });
    await sut.request('PUT', `/v1/nodes/${node}/maintenance`, { body: { reason: 'a fan' } });
    const held = await explain(node);
    expect(held['remedy']).toMatch(/^Take the node out of maintenance/);
    expect(also(held)).toEqual(['maintenance']);
  });

  it('a task that waits for what the machine does by itself', async () => {
    const { node, command } = await running();
    const wait = { what: 'waiting', transition: 'wait', step, reason: 'waiting for the machine to start' } as const;
    await sut.conductor.report(command, { ...wait, waits_for: 'time', deadline: later });
    expect(await situation(node, 'waits-for-machine')).toMatchObject({
      reason: 'waiting for the machine to start',
      deadline: later,
      remedy: expect.stringMatching(/looks at the machine again.*event log of its BMC.*"abort"/),
    });
    await sut.conductor.resume(command, 4);
    await sut.conductor.report(command, { ...wait, waits_for: 'agent', reason: 'Waits for the agent.' });
    await situation(node, 'waits-for-agent');
  });

  it('a task that is held', async () => {
    const { node, command } = await running();
    await sut.conductor.report(command, { what: 'held', transition: 'hold', step, reason: 'Held by a step.' });
    expect(await situation(node, 'held')).toMatchObject({
      reason: 'Held by a step.',
      remedy: expect.stringMatching(/"unhold".*"abort"/),
    });
  });

  it('an abort that waits for the end of the step, and the clearing away afterwards', async () => {
    const { node, command } = await running();
    const firm = { ...step, abortable: false };
    await sut.conductor.report(command, { what: 'waiting', transition: 'wait', step: firm, reason: 'Waits.' });
    await situation(node, 'waits-for-agent');
    await sut.verb(node, 'abort');
    expect((await explain(node))['reason']).toMatch(/An abort follows the end of the step/);
    await sut.conductor.resume(command, 4);
    await sut.conductor.report(command, { what: 'step-finished', step: firm });
    expect(await situation(node, 'cleans-up')).toMatchObject({ reason: 'Aborted; cleans up.' });
  });

  it('a power change, beside the task that waits', async () => {
    const { node } = await waiting();
    await change(node, "provision_state = 'inspect wait'");
    await sut.request('PUT', `/v1/nodes/${node}/states/power`, { body: { target: 'power on' } });
    const body = await explain(node);
    expect(body).toMatchObject({
      situation: 'power',
      reason: 'The machine is being switched to "power on". Accepted; waits for a conductor.',
      since: expect.any(String),
      remedy: expect.stringMatching(/BMC/),
    });
    expect(also(body)).toEqual(['waits-for-agent']);
    const command = await sut.conductor.command(node, 'power');
    await sut.conductor.reportAll(command, [{ what: 'accepted' }, { what: 'started', reason: 'Asks the BMC.' }]);
    await waitFor('the reason', async () => /Asks the BMC/.test(String((await explain(node))['reason'])));
    await sut.conductor.report(command, { what: 'finished' });
    await situation(node, 'waits-for-agent');
  });

  it('a call that holds the node', async () => {
    const node = await sut.node();
    await change(node, `reservation = 'api', call = '${unknownUuid}', call_until = '${later}'`);
    expect(await explain(node)).toMatchObject({
      situation: 'call',
      deadline: later,
      since: '2098-12-31T23:58:45.000Z',
      remedy: expect.stringMatching(/ends at the deadline/),
    });
  });

  it('reports that wait for an earlier one', async () => {
    const { node, command } = await accepted();
    await sut.conductor.report(command, { what: 'started', seq: 2 });
    expect(await situation(node, 'parked-reports')).toMatchObject({
      since: expect.any(String),
      remedy: expect.stringMatching(/dead-letters/),
    });
    await sut.conductor.report(command, { what: 'accepted', seq: 1 });
    await situation(node, 'running');
  });

  it('maintenance by request, since when, and a fault that Bessemer found', async () => {
    const node = await sut.node();
    await sut.request('PUT', `/v1/nodes/${node}/maintenance`, { body: { reason: 'a fan' } });
    const first = await explain(node);
    expect(first).toMatchObject({ situation: 'maintenance', reason: 'In maintenance: a fan' });
    await sut.request('PUT', `/v1/nodes/${node}/maintenance`, { body: { reason: 'two fans' } });
    expect((await explain(node))['since']).toBe(first['since']);
    const { node: failed, command } = await running();
    const message = 'The disk does not answer.';
    const failure = { code: 'step-failed', message, fault: 'clean failure' };
    await sut.conductor.report(command, { what: 'failed', transition: 'fail', step, failure });
    const body = await situation(failed, 'fault');
    expect(body).toMatchObject({
      reason: `In maintenance after a clean failure: ${message}`,
      since: expect.any(String),
      remedy: expect.stringMatching(/"manage"/),
    });
    expect(also(body)).toEqual(['failed']);
  });

  it('work that has failed, and an error that stands from before', async () => {
    const { node, command } = await running();
    const failure = { code: 'timeout', message: 'The agent was silent.' };
    await sut.conductor.report(command, { what: 'failed', transition: 'fail', failure });
    expect(await situation(node, 'failed')).toMatchObject({
      reason: 'The last work on the node has failed: The agent was silent.',
      remedy: expect.stringMatching(/It takes .*"manage"/),
    });
    const calm = await sut.manageable();
    await change(calm, "last_error = 'The BMC did not answer.'");
    expect(await explain(calm)).toMatchObject({ situation: 'last-error', reason: expect.stringMatching(/BMC/) });
  });

  it('an allocation that waits to be deployed', async () => {
    const node = await sut.manageable({ resource_class: 'explained' });
    await change(node, "provision_state = 'available'");
    const body = { name: 'wanted', resource_class: 'explained' };
    await sut.request('POST', '/v1/allocations', { body });
    expect(await situation(node, 'allocated')).toMatchObject({
      reason: 'Held by the allocation wanted; it waits to be deployed.',
      since: expect.any(String),
      remedy: expect.stringMatching(/"active"/),
    });
  });

  it('takes any identifier of the machine, the name before the others', async () => {
    const node = await sut.node({ name: '192.0.2.90', driver_info: { ipmi_address: '192.0.2.91' } });
    const shared = { ipmi_address: '192.0.2.90' };
    const others = [
      await sut.node({ driver_info: shared }),
      await sut.node({ driver_info: { redfish_address: '192.0.2.91' } }),
    ];
    await sut.request('POST', '/v1/ports', { body: { node_uuid: node, address: '52:54:00:aa:00:90' } });
    for (const identifier of [node, '192.0.2.90', '52:54:00:AA:00:90'])
      expect((await explain(identifier))['uuid']).toBe(node);
    const ambiguous = await sut.get('/v1/nodes/192.0.2.91/explain');
    expect(ambiguous.status).toBe(409);
    for (const uuid of [node, others[1]]) expect(ambiguous.fault).toContain(uuid);
    expect((await sut.get(`/v1/nodes/${unknownUuid}/explain`)).status).toBe(404);
    expect((await sut.get('/v1/nodes/nobody%20here/explain')).status).toBe(404);
  });
});
