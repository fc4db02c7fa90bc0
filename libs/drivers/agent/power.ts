import type { PowerState } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import type { PowerInterface } from '../core/interfaces.js';
import { nothingToDo } from '../core/nothing.js';

/**
 * Power of a machine with no BMC: somebody switches it by hand. Its record says what is known; setting what the record
 * says already is done, anything else is refused with what to do.
 */
export class AgentPower implements PowerInterface {
  readonly kind = 'power';
  readonly name = 'agent';
  readonly properties = [];
  readonly steps = [];
  readonly supportedTargets = ['power on', 'rebooting', 'soft rebooting'];
  readonly readsHardware = false;

  validate = nothingToDo;

  async getPowerState(context: CallContext): Promise<PowerState | null> {
    return context.node.power_state;
  }

  async setPowerState(context: CallContext, target: string): Promise<void> {
    if (target === context.node.power_state) return;
    throw new BessemerError(
      'unsupported',
      `Node ${context.node.uuid} has no BMC, so its power cannot be set to ${target} from here.`,
      { field: 'power_interface', remedy: 'Switch the machine by hand, or set a power_interface with a BMC.' },
    );
  }
}
