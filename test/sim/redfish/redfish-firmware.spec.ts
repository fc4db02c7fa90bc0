import type { Json } from '@bessemer/contracts';
import type { StepOutcome } from '@bessemer/drivers';
import { afterEach, describe, expect, it } from 'vitest';
import { accessTo, Bmcs } from './driver-context.js';
import type { RedfishSimulator } from './redfish-simulator.js';
import type { SystemOptions } from './simulated-system.js';
import { StepRun, type StepValues } from './step-context.js';

const url = (file: string) => `http://images.example/${file}.bin`;

describe('firmware by Redfish', () => {
  const bmcs = new Bmcs();
  const aBmc = (more: Partial<SystemOptions> = {}) => bmcs.start({ systems: [{ id: '1', ...more }] });
  afterEach(() => bmcs.stop());

  const aRun = (bmc: RedfishSimulator, settings: Json, values: Partial<StepValues> = {}) =>
    new StepRun({ driverInfo: accessTo(bmc), args: { settings }, ...values });
  const update = (run: StepRun) => run.toEnd('firmware', 'update');
  const componentsOf = (outcome: StepOutcome) => ('patch' in outcome ? outcome.patch?.firmware : outcome);

  it('shows the versions of the machine, its BMC and its network adapters', async () => {
    const context = aRun(await aBmc(), []).context('first');
    expect(await context.hardware.interfaces.firmware.readComponents?.(context)).toEqual([
      { component: 'bios', current_version: '1.2.3' },
      { component: 'bmc', current_version: '4.5.6', model: 'Simulated BMC' },
      { component: 'nic:slot-1', current_version: '7.8.9', vendor: 'Acme', model: '25G', serial_number: 'N-1' },
    ]);
  });

  it.each([
    ['is over when the BMC has it', false],
    ['is over when the machine has started', true],
  ])('updates the firmware of a machine by a start, where the task %s', async (_name, waits) => {
    const bmc = await aBmc({ readsUntilStarted: 4 });
    bmc.faults.updateWaitsForStart = waits;
    const run = aRun(bmc, [{ component: 'bios', url: url('bios-2.0.0') }]);
    const outcome = await update(run);
    expect(componentsOf(outcome)).toContainEqual({
      ...{ component: 'bios', current_version: '2.0.0', last_version_flashed: '2.0.0' },
    });
    expect(bmc.system.resets).toEqual(['On', 'ForceOff']);
    expect(new Set(run.waits.map(({ reason }) => reason))).toEqual(
      new Set([
        'waiting for the machine to take the update of bios',
        'waiting for the machine to start with the new bios',
      ]),
    );
  });

  it('updates a BMC without a restart of the machine, and lets it rest', async () => {
    const bmc = await aBmc();
    bmc.system.power = 'On';
    const run = aRun(bmc, [{ component: 'bmc', url: url('bmc-5.0.0') }]);
    expect(componentsOf(await update(run))).toContainEqual(
      expect.objectContaining({ component: 'bmc', current_version: '5.0.0', last_version_flashed: '5.0.0' }),
    );
    expect(bmc.system.resets).toEqual([]);
    expect(run.waits.at(-1)).toMatchObject({ reason: 'waiting 300 s after the update of bmc', look: 300 });
  });

  it('does several in their order, each with its wait, over a BMC that is away', async () => {
    const bmc = await aBmc();
    const run = aRun(bmc, [
      { component: 'bmc', url: url('bmc-5.0.0'), wait: 0 },
      { component: 'nic:slot-1', url: url('nic-8.0.0'), wait: 60 },
    ]);
    run.onWait = (waits) => {
      bmc.faults.refuse = waits === 1 ? { request: 'GET', status: 500, reason: 'The BMC starts.' } : undefined;
    };
    expect(componentsOf(await update(run))).toMatchObject([
      { component: 'bios', current_version: '1.2.3' },
      { component: 'bmc', current_version: '5.0.0' },
      { component: 'nic:slot-1', current_version: '8.0.0', last_version_flashed: '8.0.0' },
    ]);
    expect(bmc.updates.asked.map(({ ImageURI }) => ImageURI)).toEqual([url('bmc-5.0.0'), url('nic-8.0.0')]);
    expect(run.waits.at(-1)?.reason).toBe('waiting 60 s after the update of nic:slot-1');
  });

  it('writes a version again that is there already', async () => {
    const bmc = await aBmc({ showsBootProgress: true });
    const run = aRun(bmc, [{ component: 'bios', url: url('bios-1.2.3') }]);
    expect(componentsOf(await update(run))).toContainEqual(
      expect.objectContaining({ component: 'bios', last_version_flashed: '1.2.3' }),
    );
  });

  it('goes on for a conductor that was lost, without asking again', async () => {
    const bmc = await aBmc({ readsUntilStarted: 6 });
    bmc.faults.updateReads = 3;
    const settings = [{ component: 'bios', url: url('bios-2.0.0') }];
    const first = aRun(bmc, settings);
    await first.once('firmware', 'update', 'first');
    const second = aRun(bmc, settings);
    second.memory = first.memory;
    expect((await update(second)).kind).toBe('done');
    expect(bmc.updates.asked).toHaveLength(1);
  });

  it('gives the BMC credentials, and keeps none', async () => {
    const bmc = await aBmc();
    const run = aRun(bmc, [{ component: 'bios', url: url('bios-2.0.0'), username: 'ada', password: 'secret' }]);
    const kept: string[] = [];
    run.onWait = () => {
      kept.push(JSON.stringify(run.memory));
    };
    await update(run);
    expect(bmc.updates.asked).toEqual([{ ImageURI: url('bios-2.0.0'), Username: 'ada', Password: 'secret' }]);
    expect([...kept, ...run.told, ...run.waits.map(({ reason }) => reason)].join()).not.toContain('secret');
  });

  it('tells why an update has failed, and of one that takes too long', async () => {
    const bmc = await aBmc();
    const settings = [{ component: 'bios', url: url('bios-2.0.0') }];
    bmc.faults.updateFails = 'The signature is wrong.';
    expect(await update(aRun(bmc, settings))).toMatchObject({
      kind: 'fail',
      message: 'The machine refused to take the update of bios: The signature is wrong.',
    });
    bmc.faults.updateFails = undefined;
    bmc.faults.updateReads = 1000;
    expect(await update(aRun(bmc, settings, { timeout: 30 }))).toMatchObject({ kind: 'fail', code: 'timeout' });
  });

  it.each<[string, Json, string]>([
    ['no updates', [], 'it must be a list'],
    ['no component', [{ url: url('bios-2.0.0') }], 'each update must name its component'],
    [
      'a component that the machine does not have',
      [{ component: 'gpu', url: url('bios-2.0.0') }],
      'no firmware component gpu',
    ],
    ['no URL', [{ component: 'bios', url: 'bios-2.0.0.bin' }], 'the url of bios must be one of http'],
    [
      'a file of the conductor',
      [{ component: 'bios', url: 'file:///etc/shadow' }],
      'the url of bios must be one of http',
    ],
    [
      'a URL with credentials',
      [{ component: 'bios', url: 'http://ada:x@images.example/a.bin' }],
      'must hold no credentials',
    ],
    ['what no update takes', [{ component: 'bios', url: url('bios-2.0.0'), colour: 'red' }], 'not colour'],
    ['a wait that is none', [{ component: 'bios', url: url('bios-2.0.0'), wait: 'long' }], 'wait of bios must be'],
    [
      'a second one that is wrong',
      [
        { component: 'bios', url: url('bios-2.0.0') },
        { component: 'gpu', url: url('bios-2.0.0') },
      ],
      'no firmware component gpu',
    ],
  ])('refuses %s, and asks the BMC for nothing', async (_name, settings, message) => {
    const bmc = await aBmc();
    expect(await update(aRun(bmc, settings))).toMatchObject({
      ...{ kind: 'fail', code: 'invalid', message: expect.stringContaining(message) },
    });
    expect(bmc.updates.asked).toEqual([]);
  });
});
