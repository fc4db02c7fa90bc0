import type { PowerState } from '@bessemer/contracts';
import type { CallContext } from '../core/context.js';
import type { PowerInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import type { FakeLatency } from './latency.js';

/** Power of a machine that exists in its record alone: what is set is so. */
export class FakePower implements PowerInterface {
  readonly kind = 'power';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [];
  readonly supportedTargets = ['power on', 'power off', 'rebooting', 'soft rebooting', 'soft power off'];
  readonly readsHardware = false;

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  async getPowerState(context: CallContext): Promise<PowerState | null> {
    await this.latency.act(context, 'power.get');
    return context.node.power_state;
  }

  async setPowerState(context: CallContext): Promise<void> {
    await this.latency.act(context, 'power.set');
  }
}
