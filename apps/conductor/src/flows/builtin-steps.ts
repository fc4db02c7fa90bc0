import { done, fail, type StepContext, type StepOutcome } from '@bessemer/drivers';
import { forgetAgentIfKnown } from './power.js';

/** A step that the conductor offers on every node (reference: drivers.md §6). */
export interface BuiltinStep {
  readonly afterInterruption: 'rerun' | 'observe';
  run(context: StepContext): Promise<StepOutcome>;
}

const longestWaitSeconds = 30;

function powerStep(target: 'power on' | 'power off' | 'rebooting'): BuiltinStep {
  return {
    afterInterruption: 'rerun',
    async run(context) {
      const { power } = context.hardware.interfaces;
      if (target === 'power off' && context.node.disable_power_off)
        return fail('conflict', `Power off is disabled for node ${context.node.uuid}.`);
      if (target !== 'power on') await forgetAgentIfKnown(context);
      await power.setPowerState(context, target, context.timeouts.powerStateChange);
      return done();
    },
  };
}

async function wait(context: StepContext): Promise<StepOutcome> {
  if (context.attempt !== 'first') return done();
  const { seconds } = context.args;
  if (seconds === undefined) {
    const until = new Date(context.now().getTime() + context.timeouts.clean * 1000);
    return { kind: 'wait', for: 'agent', reason: 'waiting for the next heartbeat of the agent', until };
  }
  const length = Number(seconds);
  if (!(length >= 0 && length <= longestWaitSeconds))
    return fail('invalid', `The step wait takes 0 to ${longestWaitSeconds} seconds, not ${String(seconds)}.`);
  const until = new Date(context.now().getTime() + length * 1000);
  return { kind: 'wait', for: 'time', reason: `waiting for ${length} seconds`, until };
}

async function hold(context: StepContext): Promise<StepOutcome> {
  return context.attempt === 'first' ? { kind: 'hold', reason: 'held by the step "hold" until unhold' } : done();
}

/** The conductor's own steps by name. */
export const builtinSteps: Readonly<Record<string, BuiltinStep>> = {
  power_on: powerStep('power on'),
  power_off: powerStep('power off'),
  reboot: powerStep('rebooting'),
  wait: { afterInterruption: 'rerun', run: wait },
  hold: { afterInterruption: 'rerun', run: hold },
};
