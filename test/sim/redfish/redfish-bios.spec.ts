import type { JsonObject } from '@bessemer/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { aContext, accessTo, Bmcs, redfishTypes } from './driver-context.js';
import type { RedfishSimulator } from './redfish-simulator.js';
import type { SystemOptions } from './simulated-system.js';
import { StepRun, type StepValues } from './step-context.js';

const agent = { callbackUrl: 'http://127.0.0.1:9999', token: 'token', version: '9.0', verifyCa: null };

describe('BIOS settings by Redfish', () => {
  const bmcs = new Bmcs();
  const aBmc = (system: Partial<SystemOptions> = {}) => bmcs.start({ systems: [{ id: '1', ...system }] });
  afterEach(() => bmcs.stop());

  const apply = (bmc: RedfishSimulator, settings: JsonObject, more: Partial<StepValues> = {}) =>
    new StepRun({
      driverInfo: accessTo(bmc),
      args: { settings: Object.entries(settings).map(([name, value]) => ({ name, value: value ?? null })) },
      ...more,
    });

  describe('reading', () => {
    const read = async (bmc: RedfishSimulator) => {
      const run = new StepRun({ driverInfo: accessTo(bmc) });
      const context = run.context('first');
      return { run, settings: await context.hardware.interfaces.bios.readSettings?.(context) };
    };

    it('shows each setting with what the registry of the machine says of it, and no password', async () => {
      const bmc = await aBmc();
      bmc.system.bios.attributes['AdminPassword'] = 'leaked by the BMC';
      const { settings } = await read(bmc);
      expect(settings).toEqual([
        {
          ...{ name: 'LogicalProc', value: 'Enabled', attribute_type: 'Enumeration' },
          ...{ allowable_values: ['Enabled', 'Disabled'], read_only: false, reset_required: true },
        },
        {
          ...{ name: 'MaxCores', value: '8', attribute_type: 'Integer' },
          ...{ lower_bound: 1, upper_bound: 16, read_only: false },
        },
        // The upper bound is more than a record holds.
        { name: 'MemoryLimit', value: '0', attribute_type: 'Integer', lower_bound: 0, read_only: false },
        { name: 'SerialPort', value: 'True', attribute_type: 'Boolean', read_only: false },
        { name: 'AssetTag', value: '', attribute_type: 'String', min_length: 0, max_length: 8, unique: true },
        { name: 'SystemModel', value: 'Simulated 1', attribute_type: 'String', read_only: true },
        { name: 'AdminPassword', value: null, attribute_type: 'Password', max_length: 32, read_only: false },
      ]);
    });

    it('shows the values alone, and tells why, when the registry cannot be read', async () => {
      const bmc = await aBmc();
      bmc.faults.refuse = { request: '/Registries', status: 500, reason: 'no' };
      const { run, settings } = await read(bmc);
      expect(settings).toContainEqual({ name: 'LogicalProc', value: 'Enabled' });
      expect(run.told).toEqual([expect.stringContaining('what the BIOS settings take could not be read')]);
    });

    it('leaves out what the settings take, where a message could not hold it', async () => {
      const bmc = await aBmc();
      const names = Array.from({ length: 1000 }, (_, index) => `Setting${index}`);
      bmc.system.bios.attributes = Object.fromEntries(names.map((name) => [name, 'x'.repeat(50)]));
      bmc.biosAttributes = names.map((name) => ({ AttributeName: name, Value: [{ ValueName: 'y'.repeat(100) }] }));
      const { settings } = await read(bmc);
      expect(settings).toHaveLength(1000);
      expect(settings?.[0]).toEqual({ name: 'Setting0', value: 'x'.repeat(50) });
      bmc.system.bios.attributes = Object.fromEntries(names.map((name) => [name, 'x'.repeat(500)]));
      await expect(read(bmc)).rejects.toMatchObject({ code: 'too-large' });
    });

    it('tells of a machine that shows none', async () => {
      const bmc = await aBmc({ hasBios: false });
      await expect(read(bmc)).rejects.toMatchObject({
        code: 'unsupported',
        remedy: expect.stringContaining('no-bios'),
      });
    });
  });

  describe('apply_configuration', () => {
    it.each([
      ['that was off, and is off again', 'Off', ['On', 'ForceOff'], undefined],
      ['that was on, and is on again', 'On', ['ForceOff', 'On'], undefined],
      ['that tells how far its start has come', 'On', ['ForceOff', 'On'], true],
    ] as const)('sets them on a machine %s', async (_name, power, resets, showsBootProgress) => {
      const bmc = await aBmc({ showsBootProgress, readsUntilStarted: 4 });
      bmc.system.power = power;
      const run = apply(bmc, { LogicalProc: 'Disabled', MaxCores: '4', SerialPort: 'false' });
      const outcome = await run.toEnd('bios', 'apply_configuration');
      expect(outcome).toMatchObject({
        kind: 'done',
        patch: {
          bios: expect.arrayContaining([
            expect.objectContaining({ name: 'LogicalProc', value: 'Disabled' }),
            expect.objectContaining({ name: 'MaxCores', value: '4' }),
          ]),
        },
      });
      expect(bmc.system.bios.attributes).toMatchObject({ LogicalProc: 'Disabled', MaxCores: 4, SerialPort: false });
      expect(bmc.system.resets).toEqual(resets);
      expect(bmc.system.power).toBe(power);
      expect(run.waits.length).toBeGreaterThan(1);
      expect(run.waits[0]).toEqual({
        reason: 'waiting for the machine to apply its BIOS settings',
        ...{ look: 10, deadline: 1800 },
      });
    });

    it('does not end while the machine is still starting', async () => {
      const bmc = await aBmc({ showsBootProgress: true, readsUntilStarted: 6 });
      const run = apply(bmc, { MaxCores: 4 });
      // The BMC shows the new value before the firmware is done with its start.
      run.onWait = () => {
        bmc.system.bios.attributes['MaxCores'] = 4;
      };
      await run.toEnd('bios', 'apply_configuration');
      expect(run.waits.length).toBeGreaterThan(2);
    });

    it('asks for no leave while it only looks', async () => {
      const bmc = await aBmc({ readsUntilStarted: 20 });
      const run = apply(bmc, { MaxCores: 4 });
      const guards: number[] = [];
      run.onWait = () => {
        guards.push(run.guards);
      };
      await run.toEnd('bios', 'apply_configuration');
      expect(guards.length).toBeGreaterThan(2);
      expect(new Set(guards).size).toBe(1);
    });

    it('restarts nothing when all is so already', async () => {
      const bmc = await aBmc();
      const outcome = await apply(bmc, { MaxCores: 8 }).toEnd('bios', 'apply_configuration');
      expect(outcome).toMatchObject({ kind: 'done', patch: { bios: expect.any(Array) } });
      expect(bmc.system.resets).toEqual([]);
    });

    it('takes back what somebody else has left for the next start', async () => {
      const bmc = await aBmc();
      bmc.system.bios.pending = { MaxCores: 2 };
      const outcome = await apply(bmc, { MaxCores: 8 }).toEnd('bios', 'apply_configuration');
      expect(outcome.kind).toBe('done');
      expect(bmc.system.bios.attributes['MaxCores']).toBe(8);
    });

    it('changes the settings themselves where the BMC has no other place', async () => {
      const bmc = await aBmc();
      bmc.system.bios.hasSettingsObject = false;
      const outcome = await apply(bmc, { MaxCores: 4 }).toEnd('bios', 'apply_configuration');
      expect(outcome.kind).toBe('done');
      expect(bmc.system.bios.attributes['MaxCores']).toBe(4);
    });

    it('goes on after a conductor that was lost, without a second restart', async () => {
      const bmc = await aBmc({ readsUntilStarted: 8 });
      bmc.system.power = 'On';
      const first = apply(bmc, { MaxCores: 4 });
      await first.once('bios', 'apply_configuration', 'first');
      const second = apply(bmc, { MaxCores: 4 });
      second.memory = first.memory;
      expect((await second.toEnd('bios', 'apply_configuration')).kind).toBe('done');
      expect(bmc.system.resets).toEqual(['ForceOff', 'On']);
    });

    it('brings the agent of a machine back that ran one, and goes on when it calls', async () => {
      const bmc = await aBmc();
      bmc.system.power = 'On';
      const types = redfishTypes();
      const run = apply(bmc, { MaxCores: 4 }, { agent, types });
      const context = run.context('first');
      const port = { uuid: '1b9f4a36-8c39-4d57-9a0e-5a7f4bb5a001', address: '52:54:00:00:00:01', pxe_enabled: true };
      const { bios } = context.hardware.interfaces;
      const step = bios.steps.find(({ name }) => name === 'apply_configuration');
      const outcome = await step?.run({
        ...context,
        ports: [port as never],
        get memory() {
          return run.memory;
        },
      });
      expect(outcome).toMatchObject({
        kind: 'wait',
        for: 'agent',
        reason: 'waiting for the machine to apply its BIOS settings and for its agent',
      });
      expect(bmc.system.boots).toEqual(['Pxe']);
      expect(run.agent).toBeUndefined();
      // Another conductor takes the task over before the agent is back.
      expect(await run.once('bios', 'apply_configuration', 'first')).toMatchObject({ kind: 'wait', for: 'agent' });
      run.agent = agent;
      bmc.system.bios.start();
      expect(await run.once('bios', 'apply_configuration', 'resumed')).toMatchObject({ kind: 'done' });
      expect(bmc.system.power).toBe('On');
    });

    it.each<[string, JsonObject, string]>([
      ['one that the machine does not have', { Turbo: 'On' }, 'The machine has no BIOS setting Turbo'],
      ['one by the name of a method', { toString: 'x' }, 'The machine has no BIOS setting toString'],
      ['one that is only shown', { SystemModel: 'x' }, 'The BIOS setting SystemModel cannot be changed'],
      ['a password', { AdminPassword: 'x' }, 'AdminPassword is a password'],
      ['a word that is no value', { LogicalProc: 'Maybe' }, 'takes Enabled, Disabled, not "Maybe"'],
      ['a number beyond the bounds', { MaxCores: 17 }, 'takes whole numbers from 1 to 16, not 17'],
      ['no number', { MaxCores: '' }, 'takes whole numbers from 1 to 16, not ""'],
      ['no truth', { SerialPort: 'perhaps' }, 'SerialPort must be true or false'],
      ['a text that is too long', { AssetTag: '123456789' }, 'AssetTag takes 0 to 8 characters'],
      ['nothing', {}, 'must be a list'],
      ['no value', { MaxCores: null }, 'must be {"name": …, "value": …}'],
    ])('refuses %s, and touches nothing', async (_name, settings, message) => {
      const bmc = await aBmc();
      const outcome = await apply(bmc, settings).toEnd('bios', 'apply_configuration');
      expect(outcome).toMatchObject({ kind: 'fail', code: 'invalid', message: expect.stringContaining(message) });
      expect(bmc.requests.filter((request) => /^(PATCH|POST) .*Systems/.test(request))).toEqual([]);
    });

    it('names what the firmware ignores, a minute after the start', async () => {
      const bmc = await aBmc({ showsBootProgress: true });
      bmc.faults.biosIgnores = ['MaxCores'];
      const run = apply(bmc, { MaxCores: 4, LogicalProc: 'Disabled' });
      expect(await run.toEnd('bios', 'apply_configuration')).toMatchObject({
        kind: 'fail',
        message: 'The machine has started, but did not apply its BIOS settings: MaxCores as before.',
      });
    });

    it('gives up at the deadline of the task, with what is still open', async () => {
      const bmc = await aBmc();
      bmc.faults.biosIgnores = ['MaxCores'];
      const run = apply(bmc, { MaxCores: 4 }, { timeout: 25 });
      expect(await run.toEnd('bios', 'apply_configuration')).toMatchObject({
        kind: 'fail',
        code: 'timeout',
        message: 'The machine did not apply its BIOS settings in time: MaxCores as before.',
      });
      expect(run.waits.map(({ look, deadline }) => [look, deadline])).toEqual([
        [10, 25],
        [10, 15],
        [5, 5],
      ]);
    });

    it('tells what the firmware says against it', async () => {
      const bmc = await aBmc();
      bmc.faults.biosRefuses = 'MaxCores depends on LogicalProc.';
      expect(await apply(bmc, { MaxCores: 4 }).toEnd('bios', 'apply_configuration')).toMatchObject({
        kind: 'fail',
        message: 'The machine refused to apply its BIOS settings: MaxCores depends on LogicalProc.',
      });
    });

    it('waits for a BMC that is away while the machine starts, and says so', async () => {
      const bmc = await aBmc();
      const run = apply(bmc, { MaxCores: 4 });
      run.onWait = (waits) => {
        bmc.faults.refuse = waits === 1 ? { request: 'GET', status: 500, reason: 'The host is starting.' } : undefined;
      };
      expect((await run.toEnd('bios', 'apply_configuration')).kind).toBe('done');
      expect(run.waits[1]?.reason).toMatch(/BIOS settings; The BMC at .* The host is starting/);
    });
  });

  describe('factory_reset', () => {
    const reset = (bmc: RedfishSimulator) => new StepRun({ driverInfo: accessTo(bmc) });

    it('brings the factory settings back', async () => {
      const bmc = await aBmc();
      bmc.system.bios.attributes['MaxCores'] = 2;
      const outcome = await reset(bmc).toEnd('bios', 'factory_reset');
      expect(outcome).toMatchObject({
        kind: 'done',
        patch: { bios: expect.arrayContaining([expect.objectContaining({ name: 'MaxCores', value: '8' })]) },
      });
      expect(bmc.system.power).toBe('Off');
    });

    it('is not taken in by a BMC that shows them before the machine has them', async () => {
      const bmc = await aBmc();
      bmc.faults.biosShowsAtOnce = true;
      bmc.system.bios.attributes['MaxCores'] = 2;
      const run = reset(bmc);
      expect((await run.toEnd('bios', 'factory_reset')).kind).toBe('done');
      expect(run.waits.length).toBeGreaterThan(29);
    });

    it.each([true, false])('ends too when they were so already, start shown %s', async (showsBootProgress) => {
      const bmc = await aBmc({ showsBootProgress });
      const run = reset(bmc);
      expect((await run.toEnd('bios', 'factory_reset')).kind).toBe('done');
      expect(run.waits.length).toBeGreaterThan(showsBootProgress ? 5 : 29);
    });
  });

  it('validates the access to the BMC', async () => {
    const context = aContext({});
    await expect(context.hardware.interfaces.bios.validate(context)).rejects.toThrow('redfish_address');
  });
});
