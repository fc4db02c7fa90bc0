import { isJsonObject, type Json } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { pause } from '../core/pause.js';

/**
 * What all parts of the simulated machine share: how long the hardware takes and what it fails at.
 *
 * A node steers its own machine by `driver_info`: `fake_delay`, seconds that each action takes, and `fake_fail`, a list
 * of actions that fail, named as `interface.action` (`power.set`, `deploy.deploy`, `bios.factory_reset`).
 */
export class FakeLatency {
  /** @param delayMs milliseconds that each action takes unless the node says otherwise */
  constructor(private readonly delayMs: number) {}

  /**
   * Acts on the simulated machine: takes its time, then fails if the node says so.
   * @param action `interface.action`
   * @throws `hardware-failure` when `fake_fail` names the action; the signal's reason when it is aborted
   */
  async act(context: CallContext, action: string): Promise<void> {
    await context.guard();
    await pause(this.delayOf(context), context.signal);
    if (failuresOf(context.node.driver_info['fake_fail']).includes(action))
      throw new BessemerError('hardware-failure', `The simulated machine fails at ${action}, as its node asks.`, {
        field: 'driver_info/fake_fail',
        remedy: `Take ${action} out of driver_info/fake_fail.`,
      });
  }

  private delayOf(context: CallContext): number {
    const own = context.node.driver_info['fake_delay'];
    const seconds = typeof own === 'string' ? Number(own) : own;
    return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : this.delayMs;
  }
}

function failuresOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return value.split(',').map((action) => action.trim());
  if (Array.isArray(value)) return value.filter((action) => typeof action === 'string');
  return isJsonObject(value) ? Object.keys(value) : [];
}
