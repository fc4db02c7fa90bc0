import { BessemerError } from '@bessemer/errors';
import type { CallContext, StepContext } from '../core/context.js';
import { property, readText } from '../core/driver-info.js';
import type { BootInterface } from '../core/interfaces.js';
import { persistence } from '../pxe/boot.js';
import { validateAccess } from './access.js';
import type { Redfish } from './redfish.js';
import { ejectDevices, insertImage } from './virtual-media.js';

const schemes = ['http:', 'https:', 'nfs:', 'cifs:'];

/**
 * Boot from an ISO image that the BMC shows its machine as a disc: no network boot takes part. The images are made
 * beforehand; their ramdisk must know by itself where the API is.
 */
export class VirtualMediaBoot implements BootInterface {
  readonly kind = 'boot';
  readonly name = 'redfish-virtual-media';
  readonly properties = [
    property('deploy_iso', 'URL, as the BMC reaches it, of the ISO image of the deployment ramdisk.'),
    property('rescue_iso', 'URL, as the BMC reaches it, of the ISO image of the rescue ramdisk. Needed for rescue.'),
  ];
  readonly steps = [];
  readonly bootsRamdisk = true;

  constructor(private readonly redfish: Redfish) {}

  /** Throws `invalid` when the node has no image to boot its ramdisk from. */
  async validate(context: CallContext): Promise<void> {
    await validateAccess(context);
    persistence(context, false);
    imageFor(context, isInstanceRamdisk(context) ? 'boot_iso' : 'deploy_iso');
  }

  async prepareRamdisk(context: StepContext): Promise<void> {
    const imageUrl = ramdiskImage(context);
    await this.redfish.at(context, async (bmc) => {
      await ejectDevices(context, bmc, ['cdrom']);
      await insertImage(context, bmc, { deviceType: 'cdrom', imageUrl, downloadSource: 'http' });
    });
    await context.hardware.interfaces.management.setBootDevice(context, 'cdrom', persistence(context, false));
  }

  async cleanUpRamdisk(context: StepContext): Promise<void> {
    await this.eject(context);
  }

  async prepareInstance(context: StepContext): Promise<void> {
    const { management } = context.hardware.interfaces;
    await this.eject(context);
    const supported = await management.getSupportedBootDevices(context);
    if (supported.includes('disk')) await management.setBootDevice(context, 'disk', persistence(context, true));
  }

  async cleanUpInstance(context: StepContext): Promise<void> {
    await this.eject(context);
  }

  private async eject(context: StepContext): Promise<void> {
    await this.redfish.at(context, async (bmc) => await ejectDevices(context, bmc, ['cdrom']));
  }
}

/** The image of what the task boots: an instance that is a ramdisk, a rescue, or the deployment ramdisk. */
function ramdiskImage(context: StepContext): string {
  if (context.kind === 'rescue') return imageFor(context, 'rescue_iso');
  return imageFor(context, context.kind === 'deploy' && isInstanceRamdisk(context) ? 'boot_iso' : 'deploy_iso');
}

const isInstanceRamdisk = ({ hardware }: CallContext): boolean => hardware.interfaces.deploy.name === 'ramdisk';

function imageFor({ node }: CallContext, name: 'deploy_iso' | 'rescue_iso' | 'boot_iso'): string {
  const [holder, info] =
    name === 'boot_iso' ? ['instance_info', node.instance_info] : ['driver_info', node.driver_info];
  const text = readText(info, name);
  const field = `${holder}/${name}`;
  const remedy = `Set ${field} to the URL of an ISO image, as the BMC reaches it.`;
  if (text === undefined)
    throw new BessemerError('invalid', `Boot by redfish-virtual-media needs ${field}.`, { field, remedy });
  // A URL may hold credentials, so that no refusal repeats it.
  if (URL.canParse(text) && schemes.includes(new URL(text).protocol)) return text;
  throw new BessemerError(
    'invalid',
    `${field} must be a URL of ${schemes.map((scheme) => scheme.slice(0, -1)).join(', ')}.`,
    {
      field,
      remedy,
    },
  );
}
