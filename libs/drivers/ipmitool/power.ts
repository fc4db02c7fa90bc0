import type { PowerState } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { readBoolean } from '../core/driver-info.js';
import type { PowerInterface } from '../core/interfaces.js';
import { type Settled, waitForPower } from '../core/power-wait.js';
import { ipmiProperties, readCredentials } from './credentials.js';
import type { Ipmitool } from './ipmitool.js';
import type { IpmitoolManagement } from './management.js';

/** Power by IPMI. */
export class IpmitoolPower implements PowerInterface {
  readonly kind = 'power';
  readonly name = 'ipmitool';
  readonly properties = ipmiProperties;
  readonly steps = [];
  readonly supportedTargets = ['power on', 'power off', 'rebooting', 'soft rebooting', 'soft power off'];
  readonly readsHardware = true;

  constructor(
    private readonly ipmitool: Ipmitool,
    private readonly management: IpmitoolManagement,
    private readonly now: () => Date,
  ) {}

  async validate(context: CallContext): Promise<void> {
    readCredentials(context);
  }

  async getPowerState(context: CallContext): Promise<PowerState> {
    const output = await this.ipmitool.run(context, ['power', 'status']);
    const state = /power is (on|off)/i.exec(output)?.[1];
    if (state) return state.toLowerCase() === 'on' ? 'power on' : 'power off';
    throw new BessemerError('hardware-failure', 'The BMC answered with no power state.', {
      remedy: 'Look at the BMC; reset it if it stays so.',
    });
  }

  async setPowerState(context: CallContext, target: string, timeout: number): Promise<void> {
    switch (target) {
      case 'power on':
      case 'power off':
        return await this.reach(context, target, timeout);
      case 'soft power off':
        return await this.softOff(context, timeout);
      case 'rebooting':
        await this.reach(context, 'power off', timeout);
        return await this.reach(context, 'power on', timeout);
      case 'soft rebooting':
        await this.softOff(context, timeout);
        return await this.reach(context, 'power on', timeout);
      default:
        throw new BessemerError('invalid', `The power interface ipmitool has no power state ${target}.`, {
          field: 'target',
          remedy: `Use one of ${this.supportedTargets.join(', ')}.`,
        });
    }
  }

  private async reach(context: CallContext, wanted: Settled, timeout: number): Promise<void> {
    if ((await this.getPowerState(context)) === wanted) return;
    if (wanted === 'power on') await this.restoreBootDevice(context);
    await this.ipmitool.run(context, ['power', wanted === 'power on' ? 'on' : 'off']);
    await this.waitFor(context, wanted, timeout);
  }

  private async softOff(context: CallContext, timeout: number): Promise<void> {
    if ((await this.getPowerState(context)) === 'power off') return;
    await this.ipmitool.run(context, ['power', 'soft']);
    await this.waitFor(context, 'power off', timeout);
  }

  private async restoreBootDevice(context: CallContext): Promise<void> {
    if (readBoolean(context.node.driver_info, 'ipmi_force_boot_device'))
      await this.management.repeatBootDevice(context);
  }

  private waitFor(context: CallContext, wanted: Settled, timeout: number): Promise<void> {
    return waitForPower(context, this.now, { wanted, timeout, read: () => this.getPowerState(context) });
  }
}
