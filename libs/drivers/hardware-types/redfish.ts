import type { HardwareTypeDeclaration } from '../core/hardware-type.js';

/** A machine with a BMC that speaks Redfish. */
export const redfish: HardwareTypeDeclaration = {
  name: 'redfish',
  interfaces: {
    bios: ['redfish', 'no-bios'],
    boot: ['ipxe', 'pxe', 'redfish-virtual-media'],
    console: ['no-console'],
    deploy: ['direct', 'ramdisk'],
    firmware: ['redfish', 'no-firmware'],
    inspect: ['redfish', 'inspector', 'agent', 'no-inspect'],
    management: ['redfish', 'noop'],
    network: ['noop', 'flat'],
    power: ['redfish'],
    raid: ['redfish', 'no-raid', 'agent'],
    rescue: ['no-rescue', 'agent'],
    storage: ['noop'],
    vendor: ['redfish', 'no-vendor'],
  },
};
