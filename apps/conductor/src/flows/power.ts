import { setFields } from '@bessemer/contracts';
import { done, type StepContext } from '@bessemer/drivers';
import { BessemerError } from '@bessemer/errors';
import { type Flow, internalStep } from './flow.js';

/** What `power_state` is when a target is reached (reference: states.md §5). */
export function powerStateOf(target: string): 'power on' | 'power off' {
  return target === 'power off' || target === 'soft power off' ? 'power off' : 'power on';
}

/** Whether the machine goes through off, so that it is never there already. */
export const restarts = (target: string): boolean => target === 'rebooting' || target === 'soft rebooting';

/** Whether the target is one of the soft ones, which the operating system takes its time for. */
const isSoft = (target: string): boolean => target.startsWith('soft ');

/** One change of power. */
export const powerFlow: Flow = {
  kind: 'power',
  internal: {
    set_power_state: {
      title: 'change the power state',
      interface: 'power',
      afterInterruption: 'rerun',
      async run(context) {
        const { power } = context.hardware.interfaces;
        const target = context.verb;
        await power.validate(context);
        if (!power.supportedTargets.includes(target))
          throw new BessemerError('unsupported', `The power interface ${power.name} does not support "${target}".`);
        const reached = powerStateOf(target);
        if (restarts(target) || (await power.getPowerState(context)) !== reached) {
          if (restarts(target) || reached === 'power off') await forgetAgentIfKnown(context);
          await power.setPowerState(context, target, timeoutOf(context, target));
        }
        return done(setFields({ power_state: reached, target_power_state: null }));
      },
    },
  },
  plan: () => [internalStep(powerFlow, 'set_power_state', 'power')],
  completion: () => undefined,
};

/** An agent that runs on the node is gone when the machine is off. */
export async function forgetAgentIfKnown(context: StepContext): Promise<void> {
  const known = context.node.driver_internal_info['agent_url'];
  const isKnown = context.agent !== undefined || (known !== undefined && known !== null);
  if (isKnown) await context.forgetAgent();
}

function timeoutOf({ timeouts, taskArguments }: StepContext, target: string): number {
  const given = Number(taskArguments['timeout']);
  if (given > 0) return given;
  return isSoft(target) ? timeouts.softPowerOff : timeouts.powerStateChange;
}
