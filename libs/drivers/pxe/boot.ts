import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext, StepContext } from '../core/context.js';
import { property, readBoolean, readText } from '../core/driver-info.js';
import type { BootInterface } from '../core/interfaces.js';
import { NetworkBootNotReadyError } from '../core/ramdisk.js';

const properties = [
  property('deploy_kernel', 'URL of the kernel of the deployment ramdisk.'),
  property('deploy_ramdisk', 'URL of the deployment ramdisk.'),
  property('rescue_kernel', 'URL of the kernel of the rescue ramdisk. Needed for rescue.'),
  property('rescue_ramdisk', 'URL of the rescue ramdisk. Needed for rescue.'),
  property('kernel_append_params', 'More kernel parameters of the ramdisk; %default% stands for the usual ones.'),
  property(
    'force_persistent_boot_device',
    "Whether boot device changes last: 'Default' makes only that to the instance's disk last, 'Always' every one, 'Never' none.",
  ),
];

/** MAC addresses of the ports that a machine may boot its ramdisk from. */
export function bootAddresses(context: CallContext): string[] {
  return context.ports.filter((port) => port.pxe_enabled).map((port) => port.address);
}

/**
 * Whether a boot device change lasts beyond the next boot, as `force_persistent_boot_device` says.
 * @param usually what it is by default
 */
export function persistence(context: CallContext, usually: boolean): boolean {
  const value = readText(context.node.driver_info, 'force_persistent_boot_device')?.toLowerCase();
  if (value === undefined || value === 'default') return usually;
  if (value === 'never') return false;
  if (value === 'always') return true;
  return readBoolean(context.node.driver_info, 'force_persistent_boot_device') === true ? true : usually;
}

/**
 * Boot over the network. What the machine gets is decided when it asks: the DHCP policy knows its addresses, the boot
 * endpoint renders its script, so there is no boot file of a node. `pxe` and `ipxe` differ in the first stage, which
 * the DHCP answer chooses by what the machine says of itself.
 */
export class NetworkBoot implements BootInterface {
  readonly kind = 'boot';
  readonly properties = properties;
  readonly steps = [];
  readonly bootsRamdisk = true;

  constructor(readonly name: 'pxe' | 'ipxe') {}

  /** Throws `invalid` when the node has no port to boot from. */
  async validate(context: CallContext): Promise<void> {
    persistence(context, false);
    if (context.ports.length === 0)
      throw new BessemerError('invalid', `Node ${context.node.uuid} does not have any port associated with it.`, {
        field: 'ports',
        remedy: 'Create a port with the MAC address that the machine boots from.',
      });
    if (bootAddresses(context).length === 0)
      throw new BessemerError('invalid', `No port of node ${context.node.uuid} has pxe_enabled.`, {
        field: 'ports',
        remedy: 'Set pxe_enabled on the port that the machine boots from.',
      });
  }

  /** Throws `NetworkBootNotReadyError` while a segment does not serve the addresses yet. */
  async prepareRamdisk(context: StepContext): Promise<void> {
    await this.validate(context);
    const admission = await context.admitNetworkBoot(bootAddresses(context));
    if (!admission.inPlace) throw new NetworkBootNotReadyError(admission.reason ?? 'no segment has answered');
    await context.hardware.interfaces.management.setBootDevice(context, 'pxe', persistence(context, false));
  }

  async cleanUpRamdisk(context: StepContext): Promise<void> {
    await context.refuseNetworkBoot();
  }

  async prepareInstance(context: StepContext): Promise<void> {
    const { management } = context.hardware.interfaces;
    const supported = await management.getSupportedBootDevices(context);
    await context.refuseNetworkBoot();
    if (supported.includes('disk')) await management.setBootDevice(context, 'disk', persistence(context, true));
  }

  async cleanUpInstance(context: StepContext): Promise<void> {
    await context.refuseNetworkBoot();
  }
}

/** Boot mode that the node asks for: `bios`, `uefi`, or null when nothing says. */
export function bootModeOf(context: CallContext): string | null {
  const asked = readText(context.node.instance_info, 'deploy_boot_mode');
  if (asked) return asked;
  const capabilities = context.node.properties['capabilities'];
  if (typeof capabilities === 'string') {
    const found = /(?:^|,)\s*boot_mode:(bios|uefi)/.exec(capabilities);
    if (found?.[1]) return found[1];
  }
  if (isJsonObject(capabilities) && typeof capabilities['boot_mode'] === 'string') return capabilities['boot_mode'];
  return context.node.boot_mode;
}
