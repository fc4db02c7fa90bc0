import { type Flow, internalStep } from './flow.js';

/** manageable → active for a machine that runs an instance already; its power is not touched. */
export const adoptFlow: Flow = {
  kind: 'adopt',
  internal: {
    take_over: {
      title: 'take over the instance',
      interface: 'deploy',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.deploy.takeOver(context),
    },
  },
  plan: () => [internalStep(adoptFlow, 'take_over', 'adopt')],
  completion: () => 'done',
};
