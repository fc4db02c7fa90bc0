import { completionEventOf } from '@bessemer/lifecycle';
import {
  cleaningSteps,
  cleaningTimeout,
  cleanUpOfCleaning,
  planAutomatedCleaning,
  planManualCleaning,
  replanCleaning,
} from './cleaning.js';
import type { Flow, FlowContext } from './flow.js';

const isManual = ({ task }: FlowContext): boolean => task.verb === 'clean';

/** Cleaning before a node is offered, or of the steps that a user names. */
export const cleanFlow: Flow = {
  kind: 'clean',
  internal: cleaningSteps,
  plan: (context) => (isManual(context) ? planManualCleaning(context) : planAutomatedCleaning(context)),
  replan: (context, then) => replanCleaning(context, then),
  cleanUp: (_context, _how, steps) => cleanUpOfCleaning(steps),
  completion: (context) =>
    completionEventOf('clean', {
      target: isManual(context) ? 'manageable' : 'available',
      retired: context.node.retired,
    }),
  timeoutMessage: cleaningTimeout,
};
