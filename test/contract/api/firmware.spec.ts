import type { FirmwareComponent } from '@bessemer/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../integration/stack/index.js';
import { ApiFixture } from './api-fixture.js';
import { eventsOf } from './published-events.js';

const bmc = { component: 'BMC', current_version: '1.0', vendor: 'Acme', model: 'B1' };
const bios = { component: 'BIOS', current_version: '2.0' };
const nic = { component: 'NIC:1', current_version: '3.0', serial_number: 'N1' };

describe('firmware', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  const inspected = async (node: string, firmware: FirmwareComponent[]) => {
    await sut.verb(node, 'inspect');
    const command = await sut.conductor.command(node, 'inspect');
    sut.conductor.commands.length = 0;
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      { what: 'started' },
      { what: 'finished', transition: 'done', patch: { firmware } },
    ]);
    await sut.reaches(node, 'manageable');
  };

  const list = async (node: string, query = '', version = '1.115') =>
    (await sut.get(`/v1/nodes/${node}/firmware${query}`, version)).body['firmware'];

  it('shows what tasks have found, and what it was at first', async () => {
    const node = await sut.manageable();
    expect(await list(node)).toEqual([]);
    await inspected(node, [bmc, bios, nic]);
    expect(await list(node)).toEqual([
      {
        created_at: expect.any(String),
        updated_at: null,
        component: 'BMC',
        initial_version: '1.0',
        current_version: '1.0',
        last_version_flashed: null,
        vendor: 'Acme',
        model: 'B1',
        serial_number: null,
      },
      expect.objectContaining({ component: 'BIOS', vendor: null }),
      expect.objectContaining({ component: 'NIC:1', serial_number: 'N1' }),
    ]);
    const newer = { component: 'BMC', initial_version: '0.9', current_version: '1.1', last_version_flashed: '1.1' };
    const flashed = { component: 'CPLD', initial_version: '4.0', current_version: '4.1' };
    await inspected(node, [newer, bios, flashed]);
    expect(await list(node)).toEqual([
      expect.objectContaining({
        initial_version: '1.0',
        current_version: '1.1',
        last_version_flashed: '1.1',
        vendor: 'Acme',
        updated_at: expect.any(String),
      }),
      expect.objectContaining({ component: 'BIOS', updated_at: null }),
      expect.objectContaining({ component: 'CPLD', initial_version: '4.0', current_version: '4.1' }),
    ]);
  });

  it('knows vendor, model and serial number from 1.114 on', async () => {
    const node = await sut.manageable();
    await inspected(node, [bmc]);
    const names = async (version: string) => Object.keys(((await list(node, '', version)) as object[])[0] ?? {});
    expect(await names('1.114')).toEqual(expect.arrayContaining(['vendor', 'model', 'serial_number']));
    expect(await names('1.113')).toEqual([
      'created_at',
      'updated_at',
      'component',
      'initial_version',
      'current_version',
      'last_version_flashed',
    ]);
    expect((await sut.get(`/v1/nodes/${node}/firmware?fields=vendor`, '1.113')).status).toBe(406);
    expect((await sut.get(`/v1/nodes/${node}/firmware?fields=nope`)).status).toBe(400);
    expect(await list(node, '?fields=component')).toEqual([
      { created_at: expect.any(String), updated_at: null, component: 'BMC' },
    ]);
  });

  it('came with 1.86', async () => {
    const node = await sut.node();
    expect((await sut.get(`/v1/nodes/${node}/firmware`, '1.85')).status).toBe(404);
    expect((await sut.get(`/v1/nodes/${node}/firmware`, '1.86')).status).toBe(200);
    expect((await sut.get('/v1/nodes/nobody/firmware')).status).toBe(404);
  });

  it('carries the health that a task has found, to clients and in events', async () => {
    const node = await sut.manageable();
    await sut.verb(node, 'inspect');
    const command = await sut.conductor.command(node, 'inspect');
    await sut.conductor.reportAll(command, [
      { what: 'accepted' },
      {
        what: 'finished',
        transition: 'done',
        patch: { fields: [{ op: 'set', path: '/health', value: 'Warning' }] },
      },
    ]);
    expect(await sut.reaches(node, 'manageable')).toMatchObject({ health: 'Warning' });
    expect((await sut.get(`/v1/nodes/${node}`, '1.108')).body).not.toHaveProperty('health');
    const last = (await eventsOf(sut, node)).at(-1);
    expect(last?.[1]['health']).toBe('Warning');
    await sut.verb(node, 'inspect');
    const next = await waitFor('the next command', () =>
      sut.conductor.commands.findLast(
        ({ kind, task, node: { uuid } }) => uuid === node && kind === 'inspect' && task !== command.task,
      ),
    );
    await sut.conductor.reportAll(next, [
      { what: 'accepted' },
      {
        what: 'finished',
        transition: 'done',
        patch: { fields: [{ op: 'set', path: '/health', value: 'splendid' }] },
      },
    ]);
    expect(await sut.reaches(node, 'inspect failed')).toMatchObject({ health: 'Warning' });
    const patched = await sut.request('PATCH', `/v1/nodes/${node}`, {
      body: [{ op: 'replace', path: '/health', value: 'OK' }],
    });
    expect(patched.status).toBe(400);
  });
});
