import { availableSteps, requestedSteps } from '@bessemer/drivers';
import { type Flow, hasBegun, internalStep } from './flow.js';
import { inGivenOrder, ofDrivers, wantedSteps } from './planned-steps.js';

/** Steps of a user's choice on a node with an instance, which is started again afterwards. */
export const serviceFlow: Flow = {
  kind: 'service',
  internal: {
    prepare_service: {
      title: 'prepare service',
      interface: 'deploy',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.deploy.prepareService(context),
    },
    tear_down_service: {
      title: 'tear down service',
      interface: 'deploy',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.deploy.tearDownService(context),
    },
  },
  plan(context) {
    const { node, hardware } = context;
    const wanted = wantedSteps(context.arguments['service_steps']);
    const disabled = context.arguments['disable_ramdisk'] === true;
    const planned = requestedSteps(node, hardware, 'service', ofDrivers(wanted), disabled ? { ramdisk: false } : {});
    const steps = inGivenOrder(context, 'service', wanted, planned);
    const known = availableSteps(hardware, 'service');
    const needsRamdisk = planned.some(
      (reference) =>
        known.find((step) => step.interface === reference.interface && step.name === reference.step)?.requiresRamdisk ??
        true,
    );
    if (disabled || !needsRamdisk) return steps;
    return [
      internalStep(serviceFlow, 'prepare_service', 'service'),
      ...steps,
      internalStep(serviceFlow, 'tear_down_service', 'service'),
    ];
  },
  replan: (context, then) => [
    ...inGivenOrder(context, 'service', wantedSteps(context.arguments['service_steps']), then),
    internalStep(serviceFlow, 'tear_down_service', 'service'),
  ],
  cleanUp: (_context, _how, steps) => (hasBegun(steps, 'prepare_service') ? ['tear_down_service'] : []),
  completion: () => 'done',
  afterAbort: 'abort',
  timeoutMessage: () =>
    'Timeout reached while servicing the node. Please check if the ramdisk responsible for the servicing is running on the node.',
};
