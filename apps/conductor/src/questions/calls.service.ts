import { CallAnswer, type CallQuestion, type JsonObject } from '@bessemer/contracts';
import type { CallContext } from '@bessemer/drivers';
import { BessemerError } from '@bessemer/errors';
import type { CallContexts } from './call-contexts.js';
import { publicError } from './verdicts.service.js';

type Method = (context: CallContext, args: JsonObject) => Promise<unknown>;

const text = (args: JsonObject, name: string): string => {
  const value = args[name];
  if (typeof value === 'string') return value;
  throw new BessemerError('invalid', `The argument ${name} is required and must be text.`, { field: name });
};

const unsupported = (context: CallContext, method: string): BessemerError =>
  new BessemerError(
    'unsupported',
    `Driver ${context.hardware.name} does not support ${method} (disabled or not implemented).`,
  );

/** Methods by interface in Ironic's names (reference: drivers.md §4). */
const methods: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
  power: {
    get_power_state: (context) => context.hardware.interfaces.power.getPowerState(context),
    get_supported_power_states: async (context) => context.hardware.interfaces.power.supportedTargets,
  },
  management: {
    get_boot_device: (context) => context.hardware.interfaces.management.getBootDevice(context),
    get_supported_boot_devices: (context) => context.hardware.interfaces.management.getSupportedBootDevices(context),
    async set_boot_device(context, args) {
      const { management } = context.hardware.interfaces;
      const device = text(args, 'boot_device');
      const supported = await management.getSupportedBootDevices(context);
      if (!supported.includes(device))
        throw new BessemerError(
          'invalid',
          `Invalid boot device ${device} specified. It takes ${supported.join(', ')}.`,
          {
            field: 'boot_device',
          },
        );
      await management.setBootDevice(context, device, args['persistent'] === true);
    },
    async inject_nmi(context) {
      const { management } = context.hardware.interfaces;
      if (management.injectNmi === undefined) throw unsupported(context, 'inject_nmi');
      await management.injectNmi(context);
    },
    async get_supported_indicators(context) {
      const { management } = context.hardware.interfaces;
      return (await management.getIndicators?.(context)) ?? {};
    },
    async get_indicator_state(context, args) {
      const { management } = context.hardware.interfaces;
      if (management.getIndicatorState === undefined) throw unsupported(context, 'get_indicator_state');
      return await management.getIndicatorState(context, text(args, 'component'), text(args, 'indicator'));
    },
    async set_indicator_state(context, args) {
      const { management } = context.hardware.interfaces;
      if (management.setIndicatorState === undefined) throw unsupported(context, 'set_indicator_state');
      const [component, indicator] = [text(args, 'component'), text(args, 'indicator')];
      await management.setIndicatorState(context, component, indicator, text(args, 'state'));
    },
    async set_boot_mode(context, args) {
      const { management } = context.hardware.interfaces;
      if (management.setBootMode === undefined) throw unsupported(context, 'set_boot_mode');
      await management.setBootMode(context, text(args, 'mode'));
    },
    async set_secure_boot_state(context, args) {
      const { management } = context.hardware.interfaces;
      if (management.setSecureBoot === undefined) throw unsupported(context, 'set_secure_boot_state');
      await management.setSecureBoot(context, args['state'] === true);
    },
    async get_virtual_media(context) {
      const { management } = context.hardware.interfaces;
      if (management.getVirtualMedia === undefined) throw unsupported(context, 'get_virtual_media');
      return await management.getVirtualMedia(context);
    },
    async attach_virtual_media(context, args) {
      const { management } = context.hardware.interfaces;
      if (management.attachVirtualMedia === undefined) throw unsupported(context, 'attach_virtual_media');
      return await management.attachVirtualMedia(context, {
        deviceType: text(args, 'device_type'),
        imageUrl: text(args, 'image_url'),
        downloadSource: text(args, 'image_download_source'),
      });
    },
    async detach_virtual_media(context, args) {
      const { management } = context.hardware.interfaces;
      if (management.detachVirtualMedia === undefined) throw unsupported(context, 'detach_virtual_media');
      const types = args['device_types'];
      return await management.detachVirtualMedia(context, Array.isArray(types) ? types.map(String) : []);
    },
  },
  console: {
    get_console: (context) => context.hardware.interfaces.console.getConsole(context),
    async start_console(context) {
      const implementation = context.hardware.interfaces.console;
      if (implementation.startConsole === undefined) throw unsupported(context, 'start_console');
      await implementation.startConsole(context);
    },
    async stop_console(context) {
      const implementation = context.hardware.interfaces.console;
      if (implementation.stopConsole === undefined) throw unsupported(context, 'stop_console');
      await implementation.stopConsole(context);
    },
  },
  raid: {
    // The record keeps it; the driver says no where it has no RAID.
    set_raid_config: (context) => context.hardware.interfaces.raid.validate(context),
    get_logical_disk_properties: async (context) => context.hardware.interfaces.raid.logicalDiskProperties,
  },
};

/** Answers calls of an interface that cannot wait for a task. */
export class CallsService {
  constructor(private readonly contexts: CallContexts) {}

  /**
   * Calls the method.
   * @throws `unsupported` for a method that the interface does not have, and what the implementation throws
   */
  async call(question: CallQuestion): Promise<CallAnswer> {
    const { context, secrets } = this.contexts.build(question.node, question.ports);
    try {
      const answer = new CallAnswer();
      answer.result = await this.methodOf(context, question)(context, question.arguments);
      return answer;
    } catch (error) {
      throw publicError(error, secrets);
    }
  }

  private methodOf(context: CallContext, { interface: kind, method }: CallQuestion): Method {
    if (kind === 'vendor')
      return (vendorContext, args) => vendorContext.hardware.interfaces.vendor.call(vendorContext, method, args);
    const found = methods[kind]?.[method];
    if (found === undefined) throw unsupported(context, method);
    return found;
  }
}
