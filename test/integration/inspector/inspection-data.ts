import type { JsonObject } from '@bessemer/contracts';

/** What a ramdisk posts, of a machine with these traits. */
export function inspectionData(machine: { mac: string; memoryMb?: number; bmc?: string }): JsonObject {
  const memory = machine.memoryMb ?? 65536;
  return {
    boot_interface: `01-${machine.mac.replaceAll(':', '-')}`,
    error: null,
    logs: 'bG9ncw==',
    root_disk: { name: '/dev/sda', size: 500107862016 },
    inventory: {
      bmc_address: machine.bmc ?? '0.0.0.0',
      boot: { current_boot_mode: 'uefi' },
      cpu: { count: 16, architecture: 'x86_64', flags: ['vmx'] },
      memory: { total: memory * 1024 * 1024, physical_mb: memory },
      disks: [{ name: '/dev/sda', size: 500107862016 }],
      interfaces: [{ name: 'eth0', mac_address: machine.mac, ipv4_address: '192.0.2.11' }],
    },
  };
}
