import type { JsonObject } from '@bessemer/contracts';
import { describe, expect, it } from 'vitest';
import { NodeDraft } from '../introspections/node-draft.js';
import type { HookSettings } from './hook.js';
import { defaultHooks, HookChain } from './hook-chain.js';

const mac = '52:54:00:ee:00:01';
const other = '52:54:00:ee:00:fe';
const settings: HookSettings = { addPorts: 'pxe', keepPorts: 'all' };

const inventory = (): JsonObject => ({
  boot: { current_boot_mode: 'uefi', pxe_interface: mac },
  cpu: { count: 16, architecture: 'x86_64', flags: ['fpu', 'vmx', 'aes', 'pdpe1gb'] },
  memory: { total: 68719476736, physical_mb: 65536 },
  disks: [
    { name: '/dev/sda', size: 500107862016 },
    { name: '/dev/sdz', size: 1024 ** 3 },
  ],
  interfaces: [
    { name: 'eth0', mac_address: mac.toUpperCase(), ipv4_address: '192.0.2.11', client_id: null },
    { name: 'eth1', mac_address: other, ipv4_address: null, ipv6_address: 'fe80::1%eth1' },
    { name: 'lo', mac_address: '00:00:00:00:00:00', ipv4_address: '127.0.0.1' },
    { name: 'ib0', mac_address: 'nonsense' },
  ],
});

const run = (data: JsonObject, options: { settings?: HookSettings; knownMacs?: string[]; node?: JsonObject } = {}) => {
  const chain = new HookChain(defaultHooks, options.settings ?? settings);
  const failures = chain.before(data);
  const node = new NodeDraft(options.node ?? { properties: {} });
  const warnings: string[] = [];
  chain.process({ data, node, knownMacs: options.knownMacs ?? [], warnings, calls: [] });
  return { failures, patch: node.toPatch(), properties: node.node.properties, warnings, data };
};

describe(HookChain.name, () => {
  it('writes what a scheduler wants, as ironic-inspector does', () => {
    const { properties, failures, data } = run({ inventory: inventory(), root_disk: { size: 500107862016 } });
    expect(failures).toEqual([]);
    expect(properties).toEqual({
      cpus: '16',
      cpu_arch: 'x86_64',
      memory_mb: '65536',
      local_gb: '464',
      capabilities: 'boot_mode:uefi,cpu_vt:true,cpu_aes:true,cpu_hugepages_1g:true',
    });
    expect(data).toMatchObject({ memory_mb: 65536, local_gb: 464, cpus: 16, macs: [mac] });
  });

  it('keeps foreign capabilities and skips disks that are too small', () => {
    const { properties } = run({ inventory: inventory() }, { node: { properties: { capabilities: 'profile:x' } } });
    expect(properties).toMatchObject({ local_gb: '464', capabilities: expect.stringMatching(/^profile:x,boot_mode/) });
  });

  it.each<[string, JsonObject, string]>([
    ['no inventory', {}, 'Hardware inventory is empty or missing'],
    ['no interfaces', { inventory: { interfaces: [], cpu: {} } }, 'No network interfaces provided in the inventory'],
    [
      'no usable interface',
      { inventory: { interfaces: [{ name: 'lo', mac_address: mac }] } },
      'No valid network interfaces found',
    ],
    ['an error of the ramdisk', { error: 'exploded', inventory: inventory() }, 'Ramdisk reported error: exploded'],
  ])('tells of %s', (_, data, expected) => {
    expect(new HookChain(defaultHooks, settings).before(data).join()).toContain(expected);
  });

  it('collects the failures of all hooks', () => {
    expect(new HookChain(defaultHooks, settings).before({ error: 'exploded' })).toHaveLength(2);
  });

  it.each<[string, Partial<HookSettings>, JsonObject, object[]]>([
    ['the PXE interface', {}, inventory(), [{ address: mac, pxe_enabled: true }]],
    [
      'all interfaces',
      { addPorts: 'all' },
      inventory(),
      [
        { address: mac, pxe_enabled: true },
        { address: other, pxe_enabled: false },
      ],
    ],
    [
      'interfaces with an address',
      { addPorts: 'active' },
      { ...inventory(), boot: null },
      [{ address: mac }, { address: other }],
    ],
    [
      'interfaces with an address when no PXE one is told',
      {},
      { ...inventory(), boot: null },
      [{ address: mac }, { address: other }],
    ],
  ])('makes ports of %s', (_, chosen, of, expected) => {
    expect(run({ inventory: of }, { settings: { ...settings, ...chosen } }).patch.ports).toEqual(expected);
  });

  it('corrects pxe_enabled of a port that exists, in the pxelinux form too', () => {
    const data = { inventory: { ...inventory(), boot: {} }, boot_interface: `01-${mac.replaceAll(':', '-')}` };
    expect(run(data, { knownMacs: [other] }).patch.ports).toEqual([
      { address: mac, pxe_enabled: true },
      { address: other, pxe_enabled: false },
    ]);
  });

  it.each<[HookSettings['keepPorts'], string[] | undefined]>([
    ['all', undefined],
    ['present', ['52:54:00:00:00:09']],
    ['added', [other, '52:54:00:00:00:09']],
  ])('keeping %s ports deletes %s', (keepPorts, expected) => {
    const { patch } = run(
      { inventory: inventory() },
      { settings: { addPorts: 'pxe', keepPorts }, knownMacs: [mac, other, '52:54:00:00:00:09'] },
    );
    expect(patch.removePorts).toEqual(expected);
  });

  it('warns of what the inventory lacks and goes on', () => {
    const { warnings } = run({ inventory: { interfaces: inventory().interfaces ?? [] } });
    expect(warnings).toEqual([
      'The inventory names no CPU architecture.',
      'The inventory does not tell cpus.',
      'The inventory does not tell memory_mb.',
    ]);
  });

  it.each([
    ['an unknown hook', ['lldp'], settings, 'There is no inspection hook "lldp"'],
    ['a hook before what it needs', ['ports'], settings, 'needs "validate-interfaces" before it'],
    ['settings that delete all ports', [], { addPorts: 'disabled', keepPorts: 'added' } as const, 'delete all ports'],
  ])('refuses %s', (_, names, chosen, expected) => {
    expect(() => new HookChain(names, chosen)).toThrow(expected);
  });
});
