import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import type { ManagementInterface } from '../core/interfaces.js';
import { bootModeOf } from '../pxe/boot.js';
import { ipmiProperties, readCredentials } from './credentials.js';
import type { Ipmitool } from './ipmitool.js';

/** Words of ipmitool for boot devices, and what `chassis bootparam get 5` calls them. */
const devices = [
  { device: 'pxe', word: 'pxe', shown: /Force PXE/ },
  { device: 'disk', word: 'disk', shown: /Force Boot from default Hard-Drive(?!,)/ },
  { device: 'cdrom', word: 'cdrom', shown: /Force Boot from CD\/DVD/ },
  { device: 'bios', word: 'bios', shown: /Force Boot into BIOS Setup/ },
  { device: 'safe', word: 'safe', shown: /Force Boot from default Hard-Drive, request Safe-Mode/ },
] as const;

/** Set boot options parameter 3, keep the boot flags beyond 60 s and power changes. */
const keepBootFlags = ['raw', '0x00', '0x08', '0x03', '0x08'] as const;

/** Boot device and NMI by IPMI. */
export class IpmitoolManagement implements ManagementInterface {
  readonly kind = 'management';
  readonly name = 'ipmitool';
  readonly properties = ipmiProperties;
  readonly steps = [];
  /** What was set last, by node, for `ipmi_force_boot_device`. */
  private readonly lastSet = new Map<string, { device: string; persistent: boolean }>();

  constructor(private readonly ipmitool: Ipmitool) {}

  async validate(context: CallContext): Promise<void> {
    readCredentials(context);
  }

  async getSupportedBootDevices(): Promise<string[]> {
    return devices.map(({ device }) => device);
  }

  async getBootDevice(context: CallContext): Promise<{ boot_device: string | null; persistent: boolean | null }> {
    const output = await this.ipmitool.run(context, ['chassis', 'bootparam', 'get', '5']);
    const found = devices.find(({ shown }) => shown.test(output));
    return {
      boot_device: found?.device ?? null,
      persistent: found ? /apply to all future boots/i.test(output) : null,
    };
  }

  async setBootDevice(context: CallContext, device: string, persistent: boolean): Promise<void> {
    const known = devices.find((candidate) => candidate.device === device);
    if (!known)
      throw new BessemerError('invalid', `Invalid boot device ${device} specified.`, {
        field: 'boot_device',
        remedy: `Supported boot devices: ${devices.map((candidate) => candidate.device).join(', ')}.`,
      });
    if (readCredentials(context).disableBootTimeout) await this.ipmitool.run(context, keepBootFlags);
    const options = [
      ...(bootModeOf(context) === 'uefi' ? ['efiboot'] : []),
      ...(persistent ? ['persistent'] : []),
    ].join(',');
    await this.ipmitool.run(context, [
      ...['chassis', 'bootdev', known.word],
      ...(options === '' ? [] : [`options=${options}`]),
    ]);
    this.lastSet.set(context.node.uuid, { device, persistent });
  }

  /** Sets the boot device that was set last once more, for a BMC that forgets it over a power cycle. */
  async repeatBootDevice(context: CallContext): Promise<void> {
    const last = this.lastSet.get(context.node.uuid);
    if (last) await this.setBootDevice(context, last.device, last.persistent);
  }

  async injectNmi(context: CallContext): Promise<void> {
    await this.ipmitool.run(context, ['power', 'diag']);
  }
}
