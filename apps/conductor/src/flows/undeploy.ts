import { completionEventOf } from '@bessemer/lifecycle';
import {
  cleaningSteps,
  cleaningTimeout,
  cleanUpOfCleaning,
  planAutomatedCleaning,
  replanCleaning,
} from './cleaning.js';
import { type Flow, type FlowContext, internalStep } from './flow.js';

// An unrescue takes the password out of the record; where it is still there, so is the rescue ramdisk.
function cameFromRescue({ node }: FlowContext): boolean {
  return node.instance_info['rescue_password'] !== undefined;
}

/** Takes the instance off, then cleans: deleting → cleaning → available, or manageable for a retired node. */
export const undeployFlow: Flow = {
  kind: 'undeploy',
  internal: {
    ...cleaningSteps,
    rescue_clean_up: {
      title: 'clear the rescue ramdisk away',
      interface: 'rescue',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.rescue.cleanUp(context),
    },
    clean_up: {
      title: 'clean up after the deployment',
      interface: 'deploy',
      afterInterruption: 'rerun',
      run: (context) => context.hardware.interfaces.deploy.cleanUp(context),
    },
    tear_down: {
      title: 'tear the instance down',
      interface: 'deploy',
      afterInterruption: 'rerun',
      transition: 'clean',
      run: (context) => context.hardware.interfaces.deploy.tearDown(context),
    },
  },
  plan: (context) => [
    ...(cameFromRescue(context) ? [internalStep(undeployFlow, 'rescue_clean_up', 'undeploy')] : []),
    internalStep(undeployFlow, 'clean_up', 'undeploy'),
    internalStep(undeployFlow, 'tear_down', 'undeploy'),
    ...planAutomatedCleaning(context),
  ],
  replan: (context, then) => replanCleaning(context, then),
  cleanUp: (_context, _how, steps) => cleanUpOfCleaning(steps),
  completion: ({ node }) => completionEventOf('clean', { target: 'available', retired: node.retired }),
  timeoutMessage: cleaningTimeout,
};
