import type { HardwareTypeDeclaration } from '../core/hardware-type.js';

/** A machine that somebody switches by hand. */
export const manualManagement: HardwareTypeDeclaration = {
  name: 'manual-management',
  interfaces: {
    bios: ['no-bios'],
    boot: ['ipxe', 'pxe'],
    console: ['no-console'],
    deploy: ['direct', 'ramdisk'],
    firmware: ['no-firmware'],
    inspect: ['inspector', 'agent', 'no-inspect'],
    management: ['noop', 'fake'],
    network: ['noop', 'flat'],
    power: ['agent', 'fake'],
    raid: ['no-raid', 'agent'],
    rescue: ['no-rescue', 'agent'],
    storage: ['noop'],
    vendor: ['no-vendor'],
  },
};
