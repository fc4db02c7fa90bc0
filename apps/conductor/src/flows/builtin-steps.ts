import { done, fail, type StepContext, type StepOutcome } from '@bessemer/drivers';
import { agentTimeoutOf } from '../policy.js';
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
    const until = new Date(context.now().getTime() + agentTimeoutOf(context.timeouts, context.kind) * 1000);
    return { kind: 'wait', for: 'agent', reason: 'waiting for the next heartbeat of the agent', until };
  }
  const asked = Number(seconds);
  if (!(asked >= 0)) return fail('invalid', `The step wait takes a number of seconds, not ${String(seconds)}.`);
  const length = Math.min(asked, longestWaitSeconds);
  const until = new Date(context.now().getTime() + length * 1000);
  return {
    kind: 'wait',
    for: 'time',
    reason: `waiting for ${length} seconds${length < asked ? `, the longest wait; ${asked} were asked for` : ''}`,
    until,
  };
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
