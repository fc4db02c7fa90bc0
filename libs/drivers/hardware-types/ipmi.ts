import type { HardwareTypeDeclaration } from '../core/hardware-type.js';

/** A machine with a BMC that speaks IPMI. */
export const ipmi: HardwareTypeDeclaration = {
  name: 'ipmi',
  interfaces: {
    bios: ['no-bios'],
    boot: ['ipxe', 'pxe'],
    console: ['ipmitool-socat', 'no-console'],
    deploy: ['direct', 'ramdisk'],
    firmware: ['no-firmware'],
    inspect: ['inspector', 'agent', 'no-inspect'],
    management: ['ipmitool', 'noop'],
    network: ['noop', 'flat'],
    power: ['ipmitool'],
    raid: ['no-raid', 'agent'],
    rescue: ['no-rescue', 'agent'],
    storage: ['noop'],
    vendor: ['ipmitool', 'no-vendor'],
  },
};
