import { type Flow, hasBegun, internalStep } from './flow.js';

/** manageable → manageable, with the hardware's facts in the record. */
export const inspectFlow: Flow = {
  kind: 'inspect',
  internal: {
    inspect: {
      title: 'inspect hardware',
      interface: 'inspect',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.inspect.inspect(context),
    },
    abort_inspection: {
      title: 'clear the inspection away',
      interface: 'inspect',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.inspect.abort(context),
    },
  },
  plan: () => [internalStep(inspectFlow, 'inspect', 'inspect')],
  cleanUp: (_context, _how, steps) => (hasBegun(steps, 'inspect') ? ['abort_inspection'] : []),
  completion: () => 'done',
  timeoutMessage: () =>
    'timeout reached while inspecting the node. See whether the machine has booted the ramdisk, and whether the ramdisk reaches the inspector.',
};
