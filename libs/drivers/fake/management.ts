import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import type { ManagementInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import type { FakeLatency } from './latency.js';

const indicators = {
  chassis: { 'led-0': { readonly: true, states: ['OFF', 'ON'] } },
  system: { led: { readonly: false, states: ['OFF', 'ON', 'BLINKING'] } },
};

/** Management of the simulated machine: it boots from the network and nowhere else (reference: drivers.md §8). */
export class FakeManagement implements ManagementInterface {
  readonly kind = 'management';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [];

  constructor(private readonly latency: FakeLatency) {}

  validate = nothingToDo;

  async getSupportedBootDevices(): Promise<string[]> {
    return ['pxe'];
  }

  async getBootDevice(): Promise<{ boot_device: string; persistent: boolean }> {
    return { boot_device: 'pxe', persistent: false };
  }

  async setBootDevice(context: CallContext, device: string): Promise<void> {
    if (device !== 'pxe')
      throw new BessemerError('invalid', `Invalid boot device ${device} specified.`, {
        field: 'boot_device',
        remedy: 'Supported boot devices: pxe.',
      });
    await this.latency.act(context, 'management.set_boot_device');
  }

  async setBootMode(context: CallContext): Promise<void> {
    await this.latency.act(context, 'management.set_boot_mode');
  }

  async setSecureBoot(context: CallContext): Promise<void> {
    await this.latency.act(context, 'management.set_secure_boot');
  }

  async getIndicators(): Promise<JsonObject> {
    return structuredClone(indicators);
  }

  async getIndicatorState(_context: CallContext, component: string, indicator: string): Promise<string> {
    const known = component in indicators ? indicators[component as keyof typeof indicators] : {};
    if (indicator in known) return 'on';
    throw new BessemerError('invalid', `Invalid indicator ${indicator}@${component} specified.`, {
      field: 'indicator',
      remedy: 'Indicators: led-0@chassis, led@system.',
    });
  }
}
