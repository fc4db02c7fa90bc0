import type { NodePatch } from '@bessemer/contracts';
import type { InventoryDocument, StepOutcome } from '@bessemer/drivers';
import { afterEach, describe, expect, it } from 'vitest';
import { accessTo, Bmcs } from './driver-context.js';
import type { HardwareParts } from './simulated-hardware.js';
import { StepRun } from './step-context.js';

const gibibyte = 1024 ** 3;

describe('inspection by Redfish', () => {
  const bmcs = new Bmcs();
  afterEach(() => bmcs.stop());

  /** Inspects a machine of these parts. */
  const inspect = async (hardware: Partial<HardwareParts> = {}, properties: NodePatch | object = {}) => {
    const bmc = await bmcs.start({ systems: [{ id: '1', hardware }] });
    const run = new StepRun({ driverInfo: accessTo(bmc), node: { properties } as never });
    const context = run.context('first');
    const kept: InventoryDocument[] = [];
    const outcome = await context.hardware.interfaces.inspect.inspect({
      ...context,
      storeInventory: async (document) => {
        kept.push(document);
      },
    });
    return { bmc, outcome, kept };
  };

  const patchOf = (outcome: StepOutcome): NodePatch => {
    if (outcome.kind !== 'done' || outcome.patch === undefined) throw new Error(JSON.stringify(outcome));
    return outcome.patch;
  };
  const learned = (outcome: StepOutcome) =>
    Object.fromEntries((patchOf(outcome).fields ?? []).map(({ path, value }) => [path, value]));

  it('learns properties, ports and BIOS settings without starting the machine', async () => {
    const { bmc, outcome } = await inspect();
    expect(learned(outcome)).toEqual({
      ...{ '/properties/cpus': 32, '/properties/cpu_arch': 'x86_64', '/properties/memory_mb': '65536' },
      ...{ '/properties/local_gb': '479', '/properties/capabilities': 'boot_mode:uefi' },
    });
    expect(patchOf(outcome)).toMatchObject({
      ports: [{ address: '52:54:00:aa:bb:01' }],
      bios: expect.arrayContaining([expect.objectContaining({ name: 'LogicalProc' })]),
    });
    expect(bmc.system.resets).toEqual([]);
  });

  it('keeps an inventory in the form in which agents send theirs', async () => {
    const { kept } = await inspect();
    expect(kept).toMatchObject([
      {
        plugin_data: {},
        inventory: {
          interfaces: [
            { name: '0', mac_address: '52:54:00:aa:bb:01', has_carrier: true, speed_mbps: 25000 },
            { mac_address: '52:54:00:aa:bb:02', has_carrier: null, speed_mbps: null },
          ],
          cpu: { model_name: 'Simulated CPU', count: 32, architecture: 'x86_64', frequency: 2400, socket_count: 2 },
          memory: { physical_mb: 65536, total: 64 * gibibyte },
          disks: [
            { name: 'Drive 0', size: 480 * gibibyte, serial: 'D-0', vendor: 'Acme', rotational: false },
            { name: 'Drive 1', rotational: true },
            { name: 'SD card', rotational: null },
          ],
          system_vendor: {
            ...{ product_name: 'Simulated 1', serial_number: 'S-0001', manufacturer: 'Bessemer' },
            firmware: { version: '1.2.3' },
          },
          boot: { current_boot_mode: 'uefi' },
          hostname: 'simulated',
        },
      },
    ]);
  });

  it.each<[string, Partial<HardwareParts>, string]>([
    ['a volume goes before drives', { volumes: [{ Name: 'Root', CapacityBytes: 900 * gibibyte }] }, '899'],
    ['a machine has no disk', { drives: [] }, '0'],
    [
      'controllers are of the older form',
      {
        drives: [],
        simpleStorage: [{ Devices: [{ Name: 'SATA 0', CapacityBytes: 100 * gibibyte }, { Name: 'Empty bay' }] }],
      },
      '99',
    ],
  ])('knows what disk there is where %s', async (_name, hardware, size) => {
    expect(learned((await inspect(hardware)).outcome)['/properties/local_gb']).toBe(size);
  });

  it('takes the summary of a BMC that shows no processors, and what the node says where nobody tells', async () => {
    const system = {
      MemorySummary: { TotalSystemMemoryGiB: 15.5 },
      ProcessorSummary: { Count: 2, LogicalProcessorCount: 24 },
    };
    const { outcome } = await inspect({ system, processors: [] }, { cpu_arch: 'aarch64' });
    expect(learned(outcome)).toMatchObject({ '/properties/cpus': 24, '/properties/memory_mb': '15872' });
    expect(learned(outcome)).not.toHaveProperty('/properties/cpu_arch');
  });

  it('names what nobody tells, and changes nothing', async () => {
    const { outcome, kept } = await inspect({ system: {}, processors: [] });
    expect(outcome).toMatchObject({
      kind: 'fail',
      message: 'The BMC does not tell cpus, cpu_arch, memory_mb.',
      remedy: expect.stringContaining('inspect_interface agent'),
    });
    expect(kept).toEqual([]);
  });

  it.each([
    ['profile:x', 'profile:x,boot_mode:uefi'],
    ['profile:x,boot_mode:bios', undefined],
  ])('leaves the capabilities of the node: %s', async (capabilities, becomes) => {
    expect(learned((await inspect({}, { capabilities })).outcome)['/properties/capabilities']).toBe(becomes);
  });
});
