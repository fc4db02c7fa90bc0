import { deploySteps, done, type StepReference } from '@bessemer/drivers';
import type { PlannedStep, StepRow } from '../tasks/task.js';
import { type Flow, type FlowContext, hasBegun, internalStep } from './flow.js';
import { builtinStep, driverStep, isBuiltin, isJournaled, ofDrivers, wantedSteps } from './planned-steps.js';

/** available → active, and the rebuild of what is active. */
export const deployFlow: Flow = {
  kind: 'deploy',
  internal: {
    prepare: {
      title: 'prepare the deployment',
      interface: 'deploy',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.deploy.prepare(context),
    },
    clean_up: {
      title: 'clean up after the deployment',
      interface: 'deploy',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.deploy.cleanUp(context),
    },
    power_off_after_failure: {
      title: 'power the machine off after the failure',
      interface: 'power',
      afterInterruption: 'rerun',
      async run(context) {
        const { power } = context.hardware.interfaces;
        await power.setPowerState(context, 'power off', context.timeouts.powerStateChange);
        await context.forgetAgent();
        return done();
      },
    },
  },
  plan(context) {
    const wanted = ofDrivers(wantedSteps(context.arguments['deploy_steps']));
    const planned = deploySteps(context.node, context.hardware, wanted);
    return [internalStep(deployFlow, 'prepare', 'deploy'), ...byPriority(context, planned, [])];
  },
  replan: (context, then, steps) => byPriority(context, then, steps),
  cleanUp({ node, policy }, _how, steps) {
    if (!hasBegun(steps, 'prepare')) return [];
    return policy.powerOffAfterDeployFailure && !node.disable_power_off
      ? ['clean_up', 'power_off_after_failure']
      : ['clean_up'];
  },
  completion: () => 'done',
  timeoutMessage: (node) =>
    `Timeout reached while waiting for callback for node ${node}. See whether the machine has booted the ramdisk, and whether the ramdisk reaches the api.`,
};

function byPriority(
  { hardware, arguments: args }: FlowContext,
  planned: readonly StepReference[],
  steps: readonly StepRow[],
): PlannedStep[] {
  const builtins = wantedSteps(args['deploy_steps'])
    .filter(isBuiltin)
    .map((item) => builtinStep(item, 'deploy'))
    .filter(({ reference }) => reference.priority > 0);
  return [...planned.map((reference) => driverStep(hardware, reference, 'deploy')), ...builtins]
    .filter(({ reference }) => !isJournaled(steps, reference))
    .sort((a, b) => b.reference.priority - a.reference.priority);
}
