import type { PowerState } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import type { PowerInterface } from '../core/interfaces.js';
import { type Settled, waitForPower } from '../core/power-wait.js';
import { redfishProperties, validateAccess } from './access.js';
import type { Redfish, RedfishBmc } from './redfish.js';
import { type ResetTypes, reset } from './reset.js';
import type { Resource } from './resource.js';

/** States in which the machine has power: it may still be on its way up or down. */
const powered = ['On', 'PoweringOn', 'PoweringOff', 'Paused'];

const on: ResetTypes = ['On', 'ForceOn'];
const off: ResetTypes = ['ForceOff'];
const softOff: ResetTypes = ['GracefulShutdown'];
const restart: ResetTypes = ['ForceRestart', 'PowerCycle'];
const softRestart: ResetTypes = ['GracefulRestart'];

interface Machine {
  readonly context: CallContext;
  readonly bmc: RedfishBmc;
  readonly system: Resource;
  /** Seconds that each change may take. */
  readonly timeout: number;
}

/** Power by Redfish. */
export class RedfishPower implements PowerInterface {
  readonly kind = 'power';
  readonly name = 'redfish';
  readonly properties = redfishProperties;
  readonly steps = [];
  readonly supportedTargets = ['power on', 'power off', 'rebooting', 'soft rebooting', 'soft power off'];
  readonly readsHardware = true;

  constructor(
    private readonly redfish: Redfish,
    private readonly now: () => Date,
  ) {}

  validate = validateAccess;

  /** Ends the sessions of all parts of Redfish, which share them. */
  async stop(): Promise<void> {
    await this.redfish.close();
  }

  async getPowerState(context: CallContext): Promise<PowerState> {
    return await this.redfish.at(context, async (bmc) => {
      const system = await bmc.system();
      return powered.includes(stateOf(bmc, system)) ? 'power on' : 'power off';
    });
  }

  async setPowerState(context: CallContext, target: string, timeout: number): Promise<void> {
    await this.redfish.at(context, async (bmc) => {
      const machine: Machine = { context, bmc, system: await bmc.system(), timeout };
      await this.change(machine, target);
    });
  }

  private async change(machine: Machine, target: string): Promise<void> {
    switch (target) {
      case 'power on':
        return await this.reach(machine, 'power on', on);
      case 'power off':
        return await this.reach(machine, 'power off', off);
      case 'soft power off':
        return await this.reach(machine, 'power off', softOff);
      case 'rebooting':
        return await this.reboot(machine, off, restart);
      case 'soft rebooting':
        return await this.reboot(machine, softOff, softRestart);
      default:
        throw new BessemerError('invalid', `The power interface redfish has no power state ${target}.`, {
          field: 'target',
          remedy: `Use one of ${this.supportedTargets.join(', ')}.`,
        });
    }
  }

  /**
   * Off and on again, each waited for, because a restart in one go cannot be seen in the power state. A machine that must
   * never be off is restarted in one go all the same.
   */
  private async reboot(machine: Machine, down: ResetTypes, inOneGo: ResetTypes): Promise<void> {
    const { context, bmc, system } = machine;
    if (context.node.disable_power_off && stateOf(bmc, system) !== 'Off') {
      await reset(bmc, system, inOneGo);
      return await this.waitFor(machine, 'power on');
    }
    await this.reach(machine, 'power off', down);
    await this.reach({ ...machine, system: await bmc.get(system.path) }, 'power on', on);
  }

  private async reach(machine: Machine, wanted: Settled, types: ResetTypes): Promise<void> {
    if (settledState(machine.bmc, machine.system) === wanted) return;
    await reset(machine.bmc, machine.system, types);
    await this.waitFor(machine, wanted);
  }

  private async waitFor({ context, bmc, system, timeout }: Machine, wanted: Settled): Promise<void> {
    const read = async () => settledState(bmc, await bmc.get(system.path));
    await waitForPower(context, this.now, { wanted, timeout, read });
  }
}

function stateOf(bmc: RedfishBmc, { body, path }: Resource): string {
  const state = body['PowerState'];
  if (typeof state === 'string' && (state === 'Off' || powered.includes(state))) return state;
  throw new BessemerError('hardware-failure', `The BMC at ${bmc.address} shows no power state of ${path}.`, {
    remedy: 'Look at the BMC; reset it if it stays so.',
  });
}

/** The state that the machine stays in; undefined while it is on its way. */
function settledState(bmc: RedfishBmc, system: Resource): Settled | undefined {
  const state = stateOf(bmc, system);
  if (state === 'On') return 'power on';
  return state === 'Off' ? 'power off' : undefined;
}
