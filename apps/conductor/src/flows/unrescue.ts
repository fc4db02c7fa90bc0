import { type Flow, internalStep } from './flow.js';

/** rescue → active: back to the instance. */
export const unrescueFlow: Flow = {
  kind: 'unrescue',
  internal: {
    unrescue: {
      title: 'return to the instance',
      interface: 'rescue',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.rescue.unrescue(context),
    },
  },
  plan: () => [internalStep(unrescueFlow, 'unrescue', 'unrescue')],
  completion: () => 'done',
};
