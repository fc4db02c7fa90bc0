import type { DiskDescription, MachineDescription } from '../machine/machine-description.js';
import { packLogs } from './system-logs.js';

/**
 * Builds what the hardware managers see of a machine.
 * @returns the `inventory` of the inspection data, sizes in bytes as the agent reports them.
 */
export function buildInventory(machine: MachineDescription): Record<string, unknown> {
  return {
    interfaces: machine.mac.map((address, index) => ({
      name: `eth${index}`,
      mac_address: address,
      // From the range for documentation: a machine's own address, which nobody connects to here.
      ipv4_address: `192.0.2.${10 + index}`,
      ipv6_address: null,
      has_carrier: true,
      lldp: null,
      vendor: '0x1af4',
      product: '0x0001',
      client_id: null,
      biosdevname: null,
      speed_mbps: 10_000,
      pci_address: `0000:00:${(3 + index).toString(16).padStart(2, '0')}.0`,
      driver: 'virtio_net',
    })),
    cpu: {
      model_name: 'Simulated CPU',
      frequency: '2400.0000',
      count: machine.cpus,
      architecture: machine.architecture,
      flags: ['aes', 'vmx', 'hypervisor'],
      socket_count: 1,
    },
    disks: machine.disks.map(inventoryDisk),
    memory: { total: machine.memoryMb * 2 ** 20, physical_mb: machine.memoryMb },
    bmc_address: machine.bmcAddress,
    bmc_v6address: '::/0',
    bmc_mac: null,
    system_vendor: {
      product_name: machine.systemVendor.productName,
      serial_number: machine.systemVendor.serialNumber,
      manufacturer: machine.systemVendor.manufacturer,
      firmware: { vendor: 'Bessemer', version: '1.0', build_date: '01/01/2026' },
    },
    boot: { current_boot_mode: machine.bootMode, pxe_interface: machine.mac[0] },
    hostname: machine.name,
  };
}

/**
 * Builds the body of the inspection call-back: the inventory and what the default collectors add.
 * @param error the error to report, null for none.
 * @param log the text of the machine's console, which the logs collector packs.
 */
export function buildInspectionData(
  machine: MachineDescription,
  error: string | null,
  log: string,
): Record<string, unknown> {
  const [rootDisk] = [...machine.disks].filter((disk) => disk.size >= 4 * 2 ** 30).sort((a, b) => a.size - b.size);
  return {
    inventory: buildInventory(machine),
    root_disk: rootDisk === undefined ? null : inventoryDisk(rootDisk, machine.disks.indexOf(rootDisk)),
    boot_interface: machine.mac[0],
    configuration: {
      collectors: ['default', 'logs'],
      managers: [{ name: 'generic_hardware_manager', version: '1.2' }],
    },
    error,
    logs: packLogs({ 'console.log': log }),
  };
}

function inventoryDisk(disk: DiskDescription, index: number): Record<string, unknown> {
  return {
    name: disk.name,
    model: disk.model ?? null,
    size: disk.size,
    rotational: disk.rotational ?? false,
    wwn: disk.wwn ?? null,
    serial: disk.serial ?? null,
    vendor: 'ATA',
    wwn_with_extension: disk.wwn ?? null,
    wwn_vendor_extension: null,
    hctl: `${index}:0:0:0`,
    by_path: `/dev/disk/by-path/pci-0000:00:1f.2-ata-${index + 1}`,
    logical_sectors: 512,
    physical_sectors: 512,
    tran: 'sata',
  };
}
