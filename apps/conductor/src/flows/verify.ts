import { setFields } from '@bessemer/contracts';
import { automatedSteps, done, readBiosSettings } from '@bessemer/drivers';
import { type Flow, internalStep } from './flow.js';
import { driverStep } from './planned-steps.js';

/** enroll → manageable: power credentials work, then the verify steps of the interfaces. */
export const verifyFlow: Flow = {
  kind: 'verify',
  internal: {
    validate_power: {
      title: 'validate power driver interface',
      interface: 'power',
      afterInterruption: 'rerun',
      async run(context) {
        await context.hardware.interfaces.power.validate(context);
        return done();
      },
    },
    get_power_state: {
      title: 'get power state',
      interface: 'power',
      afterInterruption: 'rerun',
      async run(context) {
        const state = await context.hardware.interfaces.power.getPowerState(context);
        return done(state === null ? undefined : setFields({ power_state: state }));
      },
    },
    read_bios_settings: {
      title: 'read the BIOS settings',
      interface: 'bios',
      afterInterruption: 'rerun',
      run: async (context) => done(await readBiosSettings(context)),
    },
  },
  plan: ({ hardware }) => [
    internalStep(verifyFlow, 'validate_power', 'verify'),
    internalStep(verifyFlow, 'get_power_state', 'verify'),
    ...automatedSteps(hardware, 'verify').map((reference) => driverStep(hardware, reference, 'verify')),
    ...(hardware.interfaces.bios.readSettings === undefined
      ? []
      : [internalStep(verifyFlow, 'read_bios_settings', 'verify')]),
  ],
  completion: () => 'done',
};
