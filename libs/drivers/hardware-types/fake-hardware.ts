import type { HardwareTypeDeclaration } from '../core/hardware-type.js';

/** A simulated machine. It takes any enabled implementation; the table gives what it prefers and shows. */
export const fakeHardware: HardwareTypeDeclaration = {
  name: 'fake-hardware',
  interfaces: {
    bios: ['fake', 'no-bios'],
    boot: ['fake', 'ipxe', 'pxe'],
    console: ['fake', 'no-console'],
    deploy: ['fake', 'direct', 'ramdisk'],
    firmware: ['fake', 'no-firmware'],
    inspect: ['fake', 'inspector', 'no-inspect'],
    management: ['fake'],
    network: ['noop'],
    power: ['fake'],
    raid: ['fake', 'agent', 'no-raid'],
    rescue: ['fake', 'agent', 'no-rescue'],
    storage: ['noop', 'fake'],
    vendor: ['fake', 'no-vendor'],
  },
};
