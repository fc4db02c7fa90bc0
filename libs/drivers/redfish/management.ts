import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import type { ManagementInterface, VirtualMediaAttachment, VirtualMediaDevice } from '../core/interfaces.js';
import { redfishProperties, validateAccess } from './access.js';
import { indicatorsOf, readIndicator, requireIndicator, writeIndicator } from './indicators.js';
import type { Redfish } from './redfish.js';
import { reset } from './reset.js';
import { linkIn, objectIn, type Resource, textsIn } from './resource.js';
import { ejectDevices, insertImage, shownDevices } from './virtual-media.js';

/** Boot devices in the standard's words. */
const devices = [
  { device: 'pxe', target: 'Pxe' },
  { device: 'disk', target: 'Hdd' },
  { device: 'cdrom', target: 'Cd' },
  { device: 'bios', target: 'BiosSetup' },
  { device: 'uefihttp', target: 'UefiHttp' },
] as const;

const bootModes: Readonly<Record<string, string>> = { uefi: 'UEFI', bios: 'Legacy' };

/** Boot device, boot mode, secure boot, NMI, indicators and virtual media by Redfish. */
export class RedfishManagement implements ManagementInterface {
  readonly kind = 'management';
  readonly name = 'redfish';
  readonly properties = redfishProperties;
  readonly steps = [];

  constructor(private readonly redfish: Redfish) {}

  validate = validateAccess;

  /** The devices that the BMC offers for the machine; all known ones where it does not say. */
  async getSupportedBootDevices(context: CallContext): Promise<string[]> {
    return await this.redfish.at(context, async (bmc) => supportedDevices(await bmc.system()));
  }

  /** Null for a machine that boots as its firmware is set. */
  async getBootDevice(context: CallContext): Promise<{ boot_device: string | null; persistent: boolean | null }> {
    return await this.redfish.at(context, async (bmc) => {
      const boot = objectIn((await bmc.system()).body, 'Boot');
      const enabled = boot['BootSourceOverrideEnabled'];
      const found = devices.find(({ target }) => target === boot['BootSourceOverrideTarget']);
      if (found === undefined || enabled === 'Disabled') return { boot_device: null, persistent: null };
      return { boot_device: found.device, persistent: enabled === 'Continuous' };
    });
  }

  async setBootDevice(context: CallContext, device: string, persistent: boolean): Promise<void> {
    await this.redfish.at(context, async (bmc) => {
      const system = await bmc.system();
      const known = devices.find((candidate) => candidate.device === device);
      if (known === undefined || !supportedDevices(system).includes(device))
        throw new BessemerError('invalid', `Invalid boot device ${device} specified.`, {
          field: 'boot_device',
          remedy: `Supported boot devices: ${supportedDevices(system).join(', ')}.`,
        });
      await bmc.patch(system, {
        Boot: {
          BootSourceOverrideTarget: known.target,
          BootSourceOverrideEnabled: persistent ? 'Continuous' : 'Once',
        },
      });
    });
  }

  async injectNmi(context: CallContext): Promise<void> {
    await this.redfish.at(context, async (bmc) => reset(bmc, await bmc.system(), ['Nmi']));
  }

  /** Sets `bios` or `uefi`; it holds from the next boot on. */
  async setBootMode(context: CallContext, mode: string): Promise<void> {
    const wanted = bootModes[mode];
    if (wanted === undefined)
      throw new BessemerError('invalid', `Invalid boot mode ${mode} requested for node.`, {
        field: 'target',
        remedy: `Boot modes: ${Object.keys(bootModes).join(', ')}.`,
      });
    await this.redfish.at(context, async (bmc) => {
      const system = await bmc.system();
      if (objectIn(system.body, 'Boot')['BootSourceOverrideMode'] === undefined)
        throw notThere(bmc.address, 'boot mode', system);
      await bmc.patch(system, { Boot: { BootSourceOverrideMode: wanted } });
    });
  }

  /** Turns secure boot on or off; it holds from the next boot on. */
  async setSecureBoot(context: CallContext, on: boolean): Promise<void> {
    await this.redfish.at(context, async (bmc) => {
      const system = await bmc.system();
      const path = linkIn(system.body, 'SecureBoot');
      if (path === undefined) throw notThere(bmc.address, 'secure boot', system);
      await bmc.patch(await bmc.get(path), { SecureBootEnable: on });
    });
  }

  /** The identification lights of the machine and of its chassis. */
  async getIndicators(context: CallContext): Promise<JsonObject> {
    return await this.redfish.at(context, async (bmc) => await indicatorsOf(bmc));
  }

  async getIndicatorState(context: CallContext, component: string, indicator: string): Promise<string> {
    return await this.redfish.at(context, async (bmc) =>
      readIndicator(await requireIndicator(bmc, component, indicator)),
    );
  }

  async setIndicatorState(context: CallContext, component: string, indicator: string, state: string): Promise<void> {
    await this.redfish.at(context, async (bmc) => {
      await writeIndicator(bmc, await requireIndicator(bmc, component, indicator), state);
    });
  }

  async getVirtualMedia(context: CallContext): Promise<readonly VirtualMediaDevice[]> {
    return await this.redfish.at(context, async (bmc) => await shownDevices(bmc));
  }

  /** The BMC fetches the image itself, whatever `downloadSource` says, and knows by itself what is inserted. */
  async attachVirtualMedia(context: CallContext, attachment: VirtualMediaAttachment): Promise<undefined> {
    await this.redfish.at(context, async (bmc) => await insertImage(context, bmc, attachment));
    return undefined;
  }

  async detachVirtualMedia(context: CallContext, deviceTypes: readonly string[]): Promise<undefined> {
    await this.redfish.at(context, async (bmc) => await ejectDevices(context, bmc, deviceTypes));
    return undefined;
  }
}

function supportedDevices(system: Resource): string[] {
  const offered = textsIn(system.body['Boot'], 'BootSourceOverrideTarget@Redfish.AllowableValues');
  return devices.filter(({ target }) => offered?.includes(target) ?? true).map(({ device }) => device);
}

function notThere(address: string, what: string, { path }: Resource): BessemerError {
  return new BessemerError('unsupported', `The BMC at ${address} lets nobody set the ${what} of ${path}.`, {
    remedy: 'Set it in the setup of the firmware.',
  });
}
