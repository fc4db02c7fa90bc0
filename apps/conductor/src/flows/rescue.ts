import { type Flow, hasBegun, internalStep } from './flow.js';

/** active → rescue: a ramdisk with a way in. */
export const rescueFlow: Flow = {
  kind: 'rescue',
  internal: {
    rescue: {
      title: 'boot the rescue ramdisk',
      interface: 'rescue',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.rescue.rescue(context),
    },
    clean_up: {
      title: 'clear the rescue ramdisk away',
      interface: 'rescue',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.rescue.cleanUp(context),
    },
  },
  plan: () => [internalStep(rescueFlow, 'rescue', 'rescue')],
  cleanUp: (_context, _how, steps) => (hasBegun(steps, 'rescue') ? ['clean_up'] : []),
  completion: () => 'done',
  timeoutMessage: (node) => `Timeout reached while waiting for rescue ramdisk callback for node ${node}.`,
};
