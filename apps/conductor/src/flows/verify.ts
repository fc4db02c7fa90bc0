import { setFields } from '@bessemer/contracts';
import { automatedSteps, done } from '@bessemer/drivers';
import { type Flow, internalStep } from './flow.js';
import { driverStep } from './planned-steps.js';

/** enroll → manageable: power credentials work, then the verify steps of the interfaces. */
export const verifyFlow: Flow = {
  kind: 'verify',
  internal: {
    power: {
      title: 'get the power state',
      interface: 'power',
      afterInterruption: 'rerun',
      async run(context) {
        const { power } = context.hardware.interfaces;
        await power.validate(context);
        const state = await power.getPowerState(context);
        return done(state === null ? undefined : setFields({ power_state: state }));
      },
    },
  },
  plan: ({ hardware }) => [
    internalStep(verifyFlow, 'power', 'verify'),
    ...automatedSteps(hardware, 'verify').map((reference) => driverStep(hardware, reference, 'verify')),
  ],
  completion: () => 'done',
};
