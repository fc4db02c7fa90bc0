import { describe, expect, it } from 'vitest';
import { aNode, RecordedContext, stepNames } from '../testing/step-context.js';
import { automatedSteps, deploySteps, type OfferedStep, requestedSteps } from './plan.js';

const offered: OfferedStep = {
  ...{ interface: 'deploy', step: 'erase_devices', priority: 10, abortable: true },
  args: { passes: { description: 'how often', required: true } },
  inBand: { rebootRequested: false, version: {}, restarts: 0 },
};

describe('plan', () => {
  const direct = new RecordedContext({ node: aNode({ deploy_interface: 'direct' }) });
  const fake = new RecordedContext();

  it('cleans by itself with what has a priority, highest first', () => {
    expect(stepNames(automatedSteps(fake.hardware, 'clean'))).toEqual(['vendor.log_passthrough']);
    expect(stepNames(automatedSteps(fake.hardware, 'clean', [offered]))).toEqual([
      'deploy.erase_devices',
      'vendor.log_passthrough',
    ]);
  });

  it("keeps the user's order", () => {
    const wanted = [
      { interface: 'raid', step: 'delete_configuration' },
      { interface: 'bios', step: 'factory_reset' },
    ];
    expect(stepNames(requestedSteps(fake.node, fake.hardware, 'clean', wanted))).toEqual([
      'raid.delete_configuration',
      'bios.factory_reset',
    ]);
  });

  it.each([
    ['an unknown step', { interface: 'bios', step: 'nosuch' }, {}, 'does not support this clean step: bios.nosuch'],
    [
      'a missing argument',
      { interface: 'bios', step: 'apply_configuration' },
      {},
      'missing these required arguments: settings',
    ],
    [
      'an unknown argument',
      { interface: 'bios', step: 'factory_reset', args: { x: 1 } },
      {},
      'unexpected arguments: x',
    ],
    [
      'a ramdisk that was forbidden',
      { interface: 'bios', step: 'cache_bios_settings' },
      { ramdisk: false },
      'requires booting a ramdisk',
    ],
  ])('refuses %s', (_name, item, options, message) => {
    expect(() => requestedSteps(fake.node, fake.hardware, 'clean', [item], options)).toThrow(message);
  });

  it("leaves unknown names to the agent until the agent's steps are known", () => {
    const wanted = [{ interface: 'deploy', step: 'erase_devices' }];
    expect(stepNames(requestedSteps(direct.node, direct.hardware, 'clean', wanted))).toEqual(['deploy.erase_devices']);
    expect(() => requestedSteps(direct.node, direct.hardware, 'clean', wanted, { inBand: [offered] })).toThrow(
      'passes',
    );
    expect(() => requestedSteps(direct.node, direct.hardware, 'clean', wanted, { inBand: [] })).toThrow(
      'does not support',
    );
  });

  it("deploys with the user's priorities, 0 taking a step out", () => {
    const wanted = [
      { interface: 'bios', step: 'factory_reset', priority: 150, args: {} },
      { interface: 'deploy', step: 'switch_to_tenant_network', priority: 0, args: {} },
      { interface: 'deploy', step: 'nosuch', priority: 10, args: {} },
    ];
    const names = stepNames(deploySteps(direct.node, direct.hardware, wanted));
    expect(names.slice(0, 2)).toEqual(['bios.factory_reset', 'deploy.deploy']);
    expect(names).not.toContain('deploy.switch_to_tenant_network');
    expect(() => deploySteps(direct.node, direct.hardware, wanted, [])).toThrow('deploy.nosuch');
  });

  it('takes deploy.deploy out, but lets nobody replace it', () => {
    const core = (priority: number) => [{ interface: 'deploy', step: 'deploy', priority, args: {} }];
    expect(deploySteps(fake.node, fake.hardware, core(0))).toEqual([]);
    expect(() => deploySteps(fake.node, fake.hardware, core(10))).toThrow('cannot be replaced');
  });

  it('asks for required arguments of deploy steps, but not of those that are taken out', () => {
    const raid = (priority: number) => [{ interface: 'bios', step: 'apply_configuration', priority, args: {} }];
    expect(stepNames(deploySteps(fake.node, fake.hardware, raid(0)))).toEqual(['deploy.deploy']);
    expect(() => deploySteps(fake.node, fake.hardware, raid(10))).toThrow('settings');
  });
});
