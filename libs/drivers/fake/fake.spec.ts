import { describe, expect, it } from 'vitest';
import { readBiosSettings } from '../core/machine-facts.js';
import { findStep } from '../core/plan.js';
import type { StepInterface } from '../core/step.js';
import { aNode, expectOutcome, patched, RecordedContext } from '../testing/step-context.js';
import { FakeLatency } from './latency.js';

describe(FakeLatency.name, () => {
  it('takes the time that the node or the settings say', async () => {
    const begin = performance.now();
    await new FakeLatency(30).act(new RecordedContext(), 'power.set');
    expect(performance.now() - begin).toBeGreaterThanOrEqual(28);
    const quick = new RecordedContext({ node: aNode({ driver_info: { fake_delay: 0 } }) });
    await new FakeLatency(60_000).act(quick, 'power.set');
  });

  it('ends at once when the call is cancelled', async () => {
    const context = new RecordedContext();
    const action = new FakeLatency(60_000).act(context, 'power.set');
    context.stop.abort(new Error('lease lost'));
    await expect(action).rejects.toThrow('lease lost');
  });

  it('fails at what the node names and at nothing else', async () => {
    const context = new RecordedContext({ node: aNode({ driver_info: { fake_fail: ['power.set'] } }) });
    const { power } = context.hardware.interfaces;
    await expect(power.setPowerState(context, 'power on', 1)).rejects.toMatchObject({ code: 'hardware-failure' });
    await expect(power.getPowerState(context)).resolves.toBe('power off');
  });
});

describe('fake-hardware', () => {
  const run = (context: RecordedContext, kind: StepInterface, step: string) => {
    const found = findStep(context.hardware, { interface: kind, step, priority: 0, args: {} });
    if (!found) throw new Error(`no step ${step}`);
    return found.run(context);
  };

  it('keeps BIOS settings that are applied', async () => {
    const settings = [{ name: 'LogicalProc', value: 'Enabled' }];
    const done = expectOutcome(
      await run(new RecordedContext({ args: { settings } }), 'bios', 'apply_configuration'),
      'done',
    );
    expect(done.patch?.bios).toEqual(settings);
  });

  it('has no BIOS settings after a reset', async () => {
    const done = expectOutcome(await run(new RecordedContext(), 'bios', 'factory_reset'), 'done');
    expect(done.patch).toEqual({ bios: [] });
  });

  it('leaves BIOS settings as they are when they are read', async () => {
    expect(await readBiosSettings(new RecordedContext())).toBeUndefined();
    const failing = new RecordedContext({ node: aNode({ driver_info: { fake_fail: 'bios.read_settings' } }) });
    expect(await readBiosSettings(failing)).toBeUndefined();
    expect(failing.done.join()).toContain('could not be read');
  });

  it('refuses BIOS settings that are no list', async () => {
    const context = new RecordedContext({ args: { settings: 'x' } });
    expectOutcome(await run(context, 'bios', 'apply_configuration'), 'fail');
  });

  it('has the RAID that was asked for', async () => {
    const target = { logical_disks: [{ size_gb: 100, raid_level: '1' }] };
    const context = new RecordedContext({ node: aNode({ target_raid_config: target }) });
    expect(patched(await run(context, 'raid', 'create_configuration'))).toEqual({ '/raid_config': target });
    expect(patched(await run(context, 'raid', 'delete_configuration'))).toEqual({ '/raid_config': {} });
  });

  it.each([
    ['deploy', 'deploy'],
    ['bios', 'factory_reset'],
    ['vendor', 'log_passthrough'],
    ['firmware', 'update'],
  ] as const)('answers the failure of %s.%s', async (kind, step) => {
    const args = { settings: [] };
    expectOutcome(await run(new RecordedContext({ args }), kind, step), 'done');
    const failing = aNode({ driver_info: { fake_fail: [`${kind}.${step}`] } });
    const outcome = expectOutcome(await run(new RecordedContext({ args, node: failing }), kind, step), 'fail');
    expect(outcome.message).toContain('fake_fail');
  });

  it('boots from the network alone', async () => {
    const context = new RecordedContext();
    const { management } = context.hardware.interfaces;
    await expect(management.setBootDevice(context, 'disk', false)).rejects.toThrow(
      'Invalid boot device disk specified',
    );
    expect(await management.getSupportedBootDevices(context)).toEqual(['pxe']);
    expect(await management.getBootDevice(context)).toEqual({ boot_device: 'pxe', persistent: false });
  });

  it('shows its indicators, whose state is on, and no others', async () => {
    const context = new RecordedContext();
    const { management } = context.hardware.interfaces;
    expect(await management.getIndicators?.(context)).toEqual({
      chassis: { 'led-0': { readonly: true, states: ['OFF', 'ON'] } },
      system: { led: { readonly: false, states: ['OFF', 'ON', 'BLINKING'] } },
    });
    expect(await management.getIndicatorState?.(context, 'system', 'led')).toBe('on');
    for (const [component, indicator] of [
      ['system', 'nope'],
      ['nope', 'led'],
      ['system', 'toString'],
      ['toString', 'constructor'],
    ] as const)
      await expect(management.getIndicatorState?.(context, component, indicator)).rejects.toThrow(
        `Invalid indicator ${indicator}@${component}`,
      );
  });

  it('answers passthru as the reference does', async () => {
    const context = new RecordedContext();
    const { vendor } = context.hardware.interfaces;
    expect(await vendor.call(context, 'third_method_sync', { bar: 'meow' })).toBe(true);
    expect(await vendor.call(context, 'third_method_sync', { bar: 'x' })).toBe(false);
    await expect(vendor.call(context, 'third_method_sync', {})).rejects.toThrow("Parameter 'bar' not passed");
    await expect(vendor.call(context, 'nope', {})).rejects.toThrow('No handler for method nope');
  });

  it('writes the version that a firmware file is named after, and remembers it', async () => {
    const settings = [{ component: 'bios', url: 'https://user:hunter2@files.example/bios-2.7.1.bin' }];
    const outcome = expectOutcome(await run(new RecordedContext({ args: { settings } }), 'firmware', 'update'), 'done');
    expect(outcome.patch?.firmware).toMatchObject([
      { component: 'bmc', current_version: '1.0.0' },
      { component: 'bios', initial_version: '1.0.0', current_version: '2.7.1', last_version_flashed: '2.7.1' },
    ]);
    expect(JSON.stringify(outcome.patch)).not.toContain('hunter2');
    const driver_internal_info = { fake_firmware: patched(outcome)['/driver_internal_info/fake_firmware'] as never };
    const later = new RecordedContext({ node: aNode({ driver_internal_info }) });
    const found = expectOutcome(await later.hardware.interfaces.inspect.inspect(later), 'done');
    expect(found.patch?.firmware).toEqual(outcome.patch?.firmware);
  });

  it.each([['x'], [[{ component: 'toaster', url: 'http://files.example/1.0' }]], [[{ component: 'bios', url: 'x' }]]])(
    'refuses the firmware %j',
    async (settings) => {
      expectOutcome(await run(new RecordedContext({ args: { settings } }), 'firmware', 'update'), 'fail');
    },
  );

  it('shows what is inserted into its virtual media devices, without credentials', async () => {
    const context = new RecordedContext();
    const { management } = context.hardware.interfaces;
    const attachment = {
      ...{ deviceType: 'cdrom', downloadSource: 'local' },
      imageUrl: 'https://user:hunter2@images.example/a.iso?token=hunter2',
    };
    const driver_internal_info = (await management.attachVirtualMedia?.(context, attachment)) ?? {};
    const full = new RecordedContext({ node: aNode({ driver_internal_info }) });
    expect(await management.getVirtualMedia?.(full)).toEqual([
      { media_types: ['CD', 'DVD'], inserted: true, image: 'https://images.example/a.iso' },
      { media_types: ['USBStick'], inserted: false, image: null },
      { media_types: ['Floppy'], inserted: false, image: null },
    ]);
    expect(await management.detachVirtualMedia?.(full, ['disk'])).toEqual(driver_internal_info);
    expect(await management.detachVirtualMedia?.(full, ['cdrom'])).toEqual({ fake_virtual_media: {} });
  });

  it('reports the health that it is told', async () => {
    const sick = await run(new RecordedContext({ args: { health: 'Warning' } }), 'management', 'report_health');
    expect(patched(sick)).toEqual({ '/health': 'Warning' });
    expectOutcome(await run(new RecordedContext({ args: { health: 'fine' } }), 'management', 'report_health'), 'fail');
  });
});
