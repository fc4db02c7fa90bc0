import type { JsonObject } from '@bessemer/contracts';
import type { StepOutcome } from '@bessemer/drivers';
import { afterEach, describe, expect, it } from 'vitest';
import { accessTo, Bmcs } from './driver-context.js';
import type { RedfishSimulator } from './redfish-simulator.js';
import type { HardwareParts } from './simulated-hardware.js';
import type { SystemOptions } from './simulated-system.js';
import { StepRun, type StepValues } from './step-context.js';

const gib = 1024 ** 3;
const drives = Array.from({ length: 4 }, (_, index) => ({
  ...{ Id: `D${index}`, Name: `Drive ${index}`, CapacityBytes: 100 * gib, MediaType: 'SSD', Protocol: 'SAS' },
}));
const old = { RAIDType: 'RAID1', CapacityBytes: 50 * gib, Links: { Drives: [] } };
const mirror = { raid_level: '1', size_gb: 100, is_root_volume: true, volume_name: 'root' };
const stripe = { raid_level: '0', size_gb: 'MAX' };

describe('RAID by Redfish', () => {
  const bmcs = new Bmcs();
  const aBmc = (hardware: Partial<HardwareParts> = {}, more: Partial<SystemOptions> = {}) =>
    bmcs.start({ systems: [{ id: '1', hardware: { drives, ...hardware }, ...more }] });
  afterEach(() => bmcs.stop());

  const target = (...disks: JsonObject[]) => ({ target_raid_config: { logical_disks: disks } });
  const aRun = (bmc: RedfishSimulator, values: Partial<StepValues> = {}) =>
    new StepRun({ driverInfo: accessTo(bmc), node: target(mirror, stripe), ...values });
  const create = (run: StepRun) => run.toEnd('raid', 'create_configuration');
  const configOf = (outcome: StepOutcome) =>
    'patch' in outcome ? outcome.patch?.fields?.find(({ path }) => path === '/raid_config')?.value : outcome;
  const volumesOf = (bmc: RedfishSimulator) => [...bmc.system.hardware.raid.volumes.values()];

  it('makes the volumes and tells what there is, without a restart where the controller needs none', async () => {
    const bmc = await aBmc();
    const run = aRun(bmc);
    const outcome = await create(run);
    expect(configOf(outcome)).toEqual({
      logical_disks: [
        { id: '0', name: 'root', controller: 'RAID', raid_level: '1', size_gb: 100 },
        { id: '1', name: 'Volume 1', controller: 'RAID', raid_level: '0', size_gb: 200 },
      ],
      last_updated: expect.any(String),
    });
    expect(volumesOf(bmc)).toMatchObject([
      { RAIDType: 'RAID1', VolumeType: 'Mirrored', CapacityBytes: 100 * gib },
      { RAIDType: 'RAID0' },
    ]);
    expect(bmc.system.resets).toEqual([]);
    expect(run.waits[0]).toEqual({
      reason: 'waiting for the machine to create its RAID volumes',
      ...{ look: 10, deadline: 1800 },
    });
  });

  it('restarts the machine where the controller works at its start, and leaves it off again', async () => {
    const bmc = await aBmc({ raidApplies: 'OnReset' });
    expect(configOf(await create(aRun(bmc)))).toMatchObject({ logical_disks: [{}, {}] });
    expect(bmc.system.resets).toEqual(['On', 'ForceOff']);
  });

  it('waits for tasks that go on for long after the start', async () => {
    const bmc = await aBmc({ raidApplies: 'OnReset' }, { showsBootProgress: true });
    bmc.faults.raidReads = 15;
    const run = aRun(bmc);
    expect((await create(run)).kind).toBe('done');
    expect(run.waits.length).toBeGreaterThan(15);
  });

  it.each(['Immediate', 'OnReset'] as const)(
    'deletes what there is first, when it is told to: %s',
    async (raidApplies) => {
      const bmc = await aBmc({ raidApplies, volumes: [{ ...old, Links: { Drives: [{ '@odata.id': driveOf(0) }] } }] });
      const run = aRun(bmc, { args: { delete_existing: true } });
      expect(configOf(await create(run))).toMatchObject({ logical_disks: [{ name: 'root' }, {}] });
      expect(run.told).toEqual(expect.arrayContaining(['deleting the RAID volumes', 'creating the RAID volumes']));
    },
  );

  it('deletes nothing for volumes that could not be made', async () => {
    const bmc = await aBmc({ volumes: [old] });
    const node = target({ raid_level: '5', size_gb: 9000 });
    const outcome = await create(aRun(bmc, { args: { delete_existing: true }, node: node as never }));
    expect(outcome).toMatchObject({
      kind: 'fail',
      code: 'invalid',
      message: expect.stringContaining('no free drives'),
    });
    expect(volumesOf(bmc)).toEqual([old]);
  });

  it.each([
    [{ create_nonroot_volumes: false }, ['RAID1']],
    [{ create_root_volume: 'false' }, ['RAID0']],
    [{ create_root_volume: false, create_nonroot_volumes: false }, []],
  ])('makes what is asked for: %j', async (args, made) => {
    const bmc = await aBmc();
    expect((await create(aRun(bmc, { args }))).kind).toBe('done');
    expect(volumesOf(bmc).map(({ RAIDType }) => RAIDType)).toEqual(made);
  });

  it('takes the configuration of the argument when it is applied to an instance', async () => {
    const bmc = await aBmc();
    const run = aRun(bmc, { kind: 'service', args: { raid_config: { logical_disks: [stripe] } } });
    expect(configOf(await run.toEnd('raid', 'apply_configuration'))).toMatchObject({
      logical_disks: [{ size_gb: 400 }],
    });
  });

  it('deletes all volumes, and leaves drives that are only passed through', async () => {
    const through = { VolumeType: 'RawDevice', CapacityBytes: gib };
    const bmc = await aBmc({ volumes: [old, through, { ...old, RAIDType: undefined, VolumeType: 'Mirrored' }] });
    const outcome = await aRun(bmc).toEnd('raid', 'delete_configuration');
    expect(configOf(outcome)).toMatchObject({ logical_disks: [] });
    expect(volumesOf(bmc)).toEqual([through]);
  });

  it('has nothing to wait for where there is nothing to delete', async () => {
    const run = aRun(await aBmc());
    expect((await run.toEnd('raid', 'delete_configuration')).kind).toBe('done');
    expect(run.waits).toEqual([]);
  });

  it.each([0, 1])('goes on for a conductor that was lost while it asked for volume %d', async (made) => {
    const bmc = await aBmc();
    const first = aRun(bmc);
    const context = first.context('first');
    const step = first.step('raid', 'create_configuration');
    const lost = new Error('the conductor is gone');
    let posts = 0;
    const dying = {
      ...context,
      get memory() {
        return first.memory;
      },
      remember: async (memory: JsonObject) => {
        posts = bmc.requests.filter((request) => request.startsWith('POST') && request.endsWith('Volumes')).length;
        if (posts > made) throw lost;
        first.memory = structuredClone(memory);
      },
    };
    await expect(step.run(dying)).rejects.toThrow(lost);
    // The BMC ends its task in the meantime.
    for (let read = 0; read < 3; read += 1)
      for (let task = 0; task <= made; task += 1) bmc.system.hardware.raid.answer(`GET ${tasksPath}/${task}`, {});
    const second = aRun(bmc);
    second.memory = first.memory;
    expect(configOf(await create(second))).toMatchObject({ logical_disks: [{ raid_level: '1' }, { raid_level: '0' }] });
    const all = bmc.requests.filter((request) => request.startsWith('POST') && request.endsWith('Volumes'));
    expect(all).toHaveLength(2);
  });

  it('tells why a task of the controller has failed', async () => {
    const bmc = await aBmc();
    bmc.faults.raidFails = 'Drive 0 is foreign.';
    expect(await create(aRun(bmc))).toMatchObject({
      kind: 'fail',
      message: 'The machine refused to create its RAID volumes: Drive 0 is foreign.',
    });
  });

  it('gives up at the deadline of the task, with how far it has come', async () => {
    const bmc = await aBmc();
    bmc.faults.raidReads = 1000;
    expect(await create(aRun(bmc, { timeout: 30 }))).toMatchObject({
      kind: 'fail',
      code: 'timeout',
      message: expect.stringContaining('did not create its RAID volumes in time: the task'),
    });
  });

  it.each<[string, JsonObject, string]>([
    ['without a target', { target_raid_config: {} }, 'has no target RAID configuration'],
    ['with more than the drives hold', target({ raid_level: '5', size_gb: 9000 }), 'no free drives'],
  ])('refuses a node %s, and asks the BMC for nothing', async (_name, node, message) => {
    const bmc = await aBmc();
    const outcome = await create(aRun(bmc, { node: node as never }));
    expect(outcome).toMatchObject({ kind: 'fail', code: 'invalid', message: expect.stringContaining(message) });
    expect(bmc.requests.filter((request) => /^(POST|DELETE).*Storage/.test(request))).toEqual([]);
  });
});

const driveOf = (index: number) => `/redfish/v1/Systems/1/Storage/RAID/Drives/${index}`;
const tasksPath = '/redfish/v1/Systems/1/Storage/RAID/Tasks';
