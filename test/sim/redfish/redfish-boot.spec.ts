import type { JsonObject, NodeRecord } from '@bessemer/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { accessTo, Bmcs } from './driver-context.js';
import type { RedfishSimulator } from './redfish-simulator.js';
import { StepRun, type StepValues } from './step-context.js';

const iso = 'http://images.example/deploy.iso';

describe('boot by virtual media', () => {
  const bmcs = new Bmcs();
  afterEach(() => bmcs.stop());

  const aContext = (
    bmc: RedfishSimulator,
    info: JsonObject = { deploy_iso: iso },
    node: Partial<NodeRecord> = {},
    values: Partial<StepValues> = {},
  ) =>
    new StepRun({
      driverInfo: accessTo(bmc, info),
      node: { boot_interface: 'redfish-virtual-media', ...node },
      ...values,
    }).context('first');

  const imagesOf = (bmc: RedfishSimulator) => Object.values(bmc.media.devices).map(({ image }) => image);

  it('boots the ramdisk once from its image, whatever was inserted, and the instance from its disk', async () => {
    const bmc = await bmcs.start();
    const context = aContext(bmc);
    const { boot, power } = context.hardware.interfaces;
    for (const device of Object.values(bmc.media.devices)) device.image = 'http://images.example/other.iso';
    await boot.prepareRamdisk(context);
    expect(imagesOf(bmc)).toEqual([iso, 'http://images.example/other.iso']);
    await power.setPowerState(context, 'power on', 5);
    await boot.prepareInstance(context);
    expect(imagesOf(bmc)).toEqual([null, 'http://images.example/other.iso']);
    await power.setPowerState(context, 'rebooting', 5);
    expect(bmc.system.boots).toEqual(['Cd', 'Hdd']);
  });

  it('waits for a BMC that takes its time to eject what was inserted', async () => {
    const bmc = await bmcs.start();
    const context = aContext(bmc);
    for (const device of Object.values(bmc.media.devices)) device.image = 'http://images.example/other.iso';
    bmc.faults.ejectReads = 1;
    await context.hardware.interfaces.boot.prepareRamdisk(context);
    expect(imagesOf(bmc)).toEqual([iso, 'http://images.example/other.iso']);
  });

  it('waits for a BMC that takes its time to fetch the image, and tells why it could not', async () => {
    const bmc = await bmcs.start();
    const context = aContext(bmc);
    const { boot } = context.hardware.interfaces;
    bmc.faults.mediaReads = 1;
    await boot.prepareRamdisk(context);
    expect(imagesOf(bmc)).toEqual([iso, null]);
    bmc.faults.mediaFails = 'The server answers 404.';
    await expect(boot.prepareRamdisk(context)).rejects.toMatchObject({
      code: 'hardware-failure',
      message: expect.stringContaining('did not insert the image: The server answers 404.'),
    });
  });

  it.each<[string, Partial<StepValues>, Partial<NodeRecord>, string]>([
    ['deploys', { kind: 'deploy' }, {}, iso],
    ['cleans', { kind: 'clean' }, {}, iso],
    ['rescues', { kind: 'rescue' }, {}, 'http://images.example/rescue.iso'],
    [
      'boots an instance that is a ramdisk',
      { kind: 'deploy' },
      { deploy_interface: 'ramdisk', instance_info: { boot_iso: 'nfs://images.example/instance.iso' } },
      'nfs://images.example/instance.iso',
    ],
  ])('takes the image of what the task does: %s', async (_name, values, node, image) => {
    const bmc = await bmcs.start();
    const context = aContext(bmc, { deploy_iso: iso, rescue_iso: 'http://images.example/rescue.iso' }, node, values);
    await context.hardware.interfaces.boot.prepareRamdisk(context);
    expect(imagesOf(bmc)).toEqual([image, null]);
    await context.hardware.interfaces.boot.cleanUpRamdisk(context);
    expect(imagesOf(bmc)).toEqual([null, null]);
  });

  it.each<[JsonObject, Partial<NodeRecord>, string]>([
    [{}, {}, 'needs driver_info/deploy_iso'],
    [{ deploy_iso: 'deploy.iso' }, {}, 'driver_info/deploy_iso must be a URL of http, https, nfs, cifs'],
    [{ deploy_iso: 'file:///etc/passwd' }, {}, 'driver_info/deploy_iso must be a URL'],
    [{ deploy_iso: iso }, { deploy_interface: 'ramdisk' }, 'needs instance_info/boot_iso'],
    [{ deploy_iso: iso, force_persistent_boot_device: 'perhaps' }, {}, 'force_persistent_boot_device'],
  ])('refuses %j with %j', async (info, node, message) => {
    const context = aContext(await bmcs.start(), info, node);
    await expect(context.hardware.interfaces.boot.validate(context)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining(message),
    });
  });
});
