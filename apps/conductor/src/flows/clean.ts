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
import { wantedSteps } from './planned-steps.js';

const isManual = (context: FlowContext): boolean => wantedSteps(context.arguments['clean_steps']).length > 0;

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
