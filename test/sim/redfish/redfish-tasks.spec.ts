import 'reflect-metadata';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject, NodeRecord } from '@bessemer/contracts';
import { createHardwareTypes } from '@bessemer/drivers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ApiDouble } from '../../integration/conductor/api-double.js';
import { ConductorFixture } from '../../integration/conductor/conductor-fixture.js';
import { waitFor } from '../../integration/stack/index.js';
import { accessTo, Bmcs } from './driver-context.js';
import type { RedfishSimulator } from './redfish-simulator.js';

describe('tasks on Redfish machines', () => {
  const bmcs = new Bmcs();
  let fixture: ConductorFixture;
  let api: ApiDouble;
  let inspector: Server;
  /** What the inspector was sent, and what it answers. */
  const inventories: { path: string; bearer: string; document: JsonObject }[] = [];
  let inspectorAnswers = 204;

  beforeAll(async () => {
    inspector = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request.setEncoding('utf8')) text += chunk;
      const path = String(request.url);
      inventories.push({ path, bearer: String(request.headers.authorization), document: JSON.parse(text) });
      response.writeHead(inspectorAnswers).end();
    });
    await new Promise<void>((resolve) => inspector.listen(0, '127.0.0.1', resolve));
    fixture = await ConductorFixture.start();
    api = fixture.api;
    const { port } = inspector.address() as AddressInfo;
    const catalogue = createHardwareTypes({
      enabled: ['fake-hardware'],
      ...{ fakeDelayMs: 0, ipmitoolPath: 'ipmitool', workDir: '/nonexistent', now: () => new Date() },
      redfishLookMs: 20,
    });
    const settings = { inspectorUrl: `http://127.0.0.1:${port}`, internalToken: 'bearer-of-the-services' };
    await fixture.conductor('conductor-1', settings, catalogue);
  });
  afterEach(() => bmcs.stop());
  afterAll(async () => {
    await fixture.stack.stop();
    await new Promise((resolve) => inspector.close(resolve));
  });

  // The simulated hardware type takes any implementation.
  const kinds = ['power', 'management', 'bios', 'firmware', 'raid', 'inspect', 'vendor'];
  const recordOf = (bmc: RedfishSimulator): Partial<NodeRecord> => ({
    driver_info: accessTo(bmc),
    ...Object.fromEntries(kinds.map((kind) => [`${kind}_interface`, 'redfish'])),
  });
  const step = (kind: string, name: string, args: JsonObject = {}) => ({ interface: kind, step: name, args });

  it('changes firmware and BIOS settings one after the other, in the wait state while it only looks', async () => {
    const bmc = await bmcs.start({ systems: [{ id: '1', readsUntilStarted: 6 }] });
    const clean_steps = [
      step('firmware', 'update', { settings: [{ component: 'bios', url: 'http://images.example/bios-2.0.0.bin' }] }),
      step('bios', 'apply_configuration', { settings: [{ name: 'MaxCores', value: 4 }] }),
    ];
    const task = await api.begin('clean', {
      verb: 'clean',
      arguments: { clean_steps },
      record: recordOf(bmc),
    });
    await waitFor('the wait for the start', () =>
      api.eventsOf(task).some(({ reason }) => reason === 'waiting for the machine to start with the new bios'),
    );
    expect(await api.end(task)).toMatchObject({ what: 'finished', transition: 'manage' });
    const finished = api.eventsOf(task).filter(({ what }) => what === 'step-finished');
    expect(finished.map(({ step: done }) => done?.step)).toEqual(['update', 'apply_configuration']);
    expect(finished[0]?.patch?.firmware).toContainEqual(
      expect.objectContaining({ component: 'bios', current_version: '2.0.0', last_version_flashed: '2.0.0' }),
    );
    expect(finished[1]?.patch?.bios).toContainEqual(expect.objectContaining({ name: 'MaxCores', value: '4' }));
    // Each wait is told once, however often the step has looked in it.
    const waits = api.eventsOf(task).filter(({ what }) => what === 'waiting');
    expect(waits.map(({ reason }) => reason)).toEqual([...new Set(waits.map(({ reason }) => reason))]);
    expect(api.disorder).toEqual([]);
    expect(bmc.system.power).toBe('Off');
  });

  it('keeps what an inspection has learned with the inspector, as soon as that answers', async () => {
    const bmc = await bmcs.start();
    inspectorAnswers = 503;
    const task = await api.begin('inspect', { verb: 'inspect', record: recordOf(bmc) });
    await waitFor('the refusal', () =>
      api.eventsOf(task).some(({ reason }) => reason?.includes('The inspector does not keep the inventory')),
    );
    inspectorAnswers = 204;
    expect(await api.end(task)).toMatchObject({ what: 'finished', transition: 'done' });
    const [patch] = api.eventsOf(task).flatMap((event) => (event.patch?.ports ? [event.patch] : []));
    expect(patch).toMatchObject({ ports: [{ address: '52:54:00:aa:bb:01' }], bios: expect.any(Array) });
    const node = api.eventsOf(task)[0]?.node;
    expect(inventories.at(-1)).toMatchObject({
      path: `/internal/inventory/${node}?task=${task}`,
      bearer: 'Bearer bearer-of-the-services',
      document: { inventory: { cpu: { count: 32 } }, plugin_data: {} },
    });
  });

  it('reads BIOS settings and firmware when a node becomes manageable, and only tells where it cannot', async () => {
    const bmc = await bmcs.start();
    bmc.faults.refuse = { request: 'GET /redfish/v1/Systems/1/Bios', status: 500, reason: 'The BIOS is silent.' };
    const task = await api.begin('verify', { verb: 'manage', record: recordOf(bmc) });
    expect(await api.end(task)).toMatchObject({ what: 'finished', transition: 'done' });
    const [patch] = api.eventsOf(task).flatMap((event) => (event.patch?.firmware ? [event.patch] : []));
    expect(patch?.firmware).toContainEqual(expect.objectContaining({ component: 'bmc' }));
    expect(patch?.bios).toBeUndefined();
    expect(api.eventsOf(task).map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining('the BIOS settings could not be read: The BMC at'),
    );
  });
});
