import { type JsonObject, setFields } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext, StepContext } from '../core/context.js';
import type { ManagementInterface, VirtualMediaAttachment, VirtualMediaDevice } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';
import { done, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { defineStep } from '../core/step.js';
import type { FakeLatency } from './latency.js';
import { fakeDevices, withInserted, withoutInserted } from './virtual-media.js';

const healths = ['OK', 'Warning', 'Critical'];

const indicators: Readonly<Record<string, Readonly<Record<string, JsonObject>>>> = {
  chassis: { 'led-0': { readonly: true, states: ['OFF', 'ON'] } },
  system: { led: { readonly: false, states: ['OFF', 'ON', 'BLINKING'] } },
};

/** Management of the simulated machine: it boots from the network and nowhere else (reference: drivers.md §8). */
export class FakeManagement implements ManagementInterface {
  readonly kind = 'management';
  readonly name = 'fake';
  readonly properties = [];
  readonly steps = [
    defineStep({
      interface: 'management',
      name: 'report_health',
      priorities: { clean: 0, service: 0 },
      args: { health: { description: `What the machine is to report: ${healths.join(', ')}.`, required: true } },
      run: (context) => this.reportHealth(context),
    }),
  ];

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
    const known = Object.hasOwn(indicators, component) ? indicators[component] : undefined;
    if (known !== undefined && Object.hasOwn(known, indicator)) return 'on';
    throw new BessemerError('invalid', `Invalid indicator ${indicator}@${component} specified.`, {
      field: 'indicator',
      remedy: 'Indicators: led-0@chassis, led@system.',
    });
  }

  async getVirtualMedia({ node }: CallContext): Promise<VirtualMediaDevice[]> {
    return fakeDevices(node);
  }

  async attachVirtualMedia(context: CallContext, attachment: VirtualMediaAttachment): Promise<JsonObject> {
    await this.latency.act(context, 'management.attach_virtual_media');
    return withInserted(context.node, attachment.deviceType, attachment.imageUrl);
  }

  async detachVirtualMedia(context: CallContext, deviceTypes: readonly string[]): Promise<JsonObject> {
    await this.latency.act(context, 'management.detach_virtual_media');
    return withoutInserted(context.node, deviceTypes);
  }

  private reportHealth(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      const { health } = context.args;
      if (typeof health !== 'string' || !healths.includes(health))
        throw new BessemerError('invalid', `The argument health must be one of ${healths.join(', ')}.`, {
          field: 'args/health',
        });
      await this.latency.act(context, 'management.report_health');
      return done(setFields({ health }));
    });
  }
}
