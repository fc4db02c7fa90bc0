import { describe, expect, it } from 'vitest';
import { findStep } from '../core/plan.js';
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
  const run = (context: RecordedContext, kind: 'bios' | 'raid' | 'deploy' | 'vendor' | 'firmware', step: string) => {
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
    expectOutcome(await run(new RecordedContext(), kind, step), 'done');
    const failing = aNode({ driver_info: { fake_fail: [`${kind}.${step}`] } });
    const outcome = expectOutcome(await run(new RecordedContext({ node: failing }), kind, step), 'fail');
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

  it('answers passthru as the reference does', async () => {
    const context = new RecordedContext();
    const { vendor } = context.hardware.interfaces;
    expect(await vendor.call(context, 'third_method_sync', { bar: 'meow' })).toBe(true);
    expect(await vendor.call(context, 'third_method_sync', { bar: 'x' })).toBe(false);
    await expect(vendor.call(context, 'third_method_sync', {})).rejects.toThrow("Parameter 'bar' not passed");
    await expect(vendor.call(context, 'nope', {})).rejects.toThrow('No handler for method nope');
  });
});
