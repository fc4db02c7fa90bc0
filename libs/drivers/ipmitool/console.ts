import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { property, readInteger } from '../core/driver-info.js';
import type { ConsoleInterface } from '../core/interfaces.js';
import { unsupported } from '../no-interface/no-interface.js';
import { ipmiProperties, readCredentials } from './credentials.js';

/** The serial console by IPMI: declared and validated; it cannot be opened yet and says so. */
export class IpmitoolConsole implements ConsoleInterface {
  readonly kind = 'console';
  readonly name = 'ipmitool-socat';
  readonly properties = [
    ...ipmiProperties,
    property('ipmi_terminal_port', 'Port that the console is served on. Needed for console access alone.', {
      type: 'integer',
    }),
  ];
  readonly steps = [];

  async validate(context: CallContext): Promise<void> {
    readCredentials(context);
    if (readInteger(context.node.driver_info, 'ipmi_terminal_port', 1, 65_535) === undefined)
      throw new BessemerError('invalid', "Missing 'ipmi_terminal_port' parameter in node's driver_info.", {
        field: 'driver_info/ipmi_terminal_port',
        remedy: 'Set driver_info/ipmi_terminal_port to a free port of the conductor.',
      });
  }

  async getConsole(context: CallContext): Promise<never> {
    throw unsupported(context, 'console');
  }
}
