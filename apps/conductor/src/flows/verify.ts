import { setFields } from '@bessemer/contracts';
import { automatedSteps, done, type HardwareType, readMachineFacts } from '@bessemer/drivers';
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
    read_machine_facts: {
      title: 'read what the machine tells of itself',
      interface: 'bios',
      afterInterruption: 'rerun',
      run: async (context) => done(await readMachineFacts(context)),
    },
  },
  plan: ({ hardware }) => [
    internalStep(verifyFlow, 'validate_power', 'verify'),
    internalStep(verifyFlow, 'get_power_state', 'verify'),
    ...automatedSteps(hardware, 'verify').map((reference) => driverStep(hardware, reference, 'verify')),
    ...(tellsOfItself(hardware) ? [internalStep(verifyFlow, 'read_machine_facts', 'verify')] : []),
  ],
  completion: () => 'done',
};

const tellsOfItself = ({ interfaces: { bios, firmware } }: HardwareType): boolean =>
  bios.readSettings !== undefined || firmware.readComponents !== undefined;
