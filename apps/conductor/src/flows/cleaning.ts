import type { JsonObject } from '@bessemer/contracts';
import {
  automatedSteps,
  availableSteps,
  requestedSteps,
  type StepContext,
  type StepReference,
} from '@bessemer/drivers';
import type { PlannedStep, StepRow } from '../tasks/task.js';
import { type FlowContext, hasBegun, type InternalStep, internalStep } from './flow.js';
import { driverStep, inGivenOrder, ofDrivers, wantedSteps } from './planned-steps.js';

/** What cleaning prepares and clears away, by hand or automated, alone or at the end of an undeploy. */
export const cleaningSteps: Readonly<Record<string, InternalStep>> = {
  prepare_cleaning: {
    title: 'prepare cleaning',
    interface: 'deploy',
    afterInterruption: 'rerun',
    async run(context: StepContext) {
      const { power, network, deploy } = context.hardware.interfaces;
      if (context.attempt === 'first') {
        await power.validate(context);
        await network.validate(context);
      }
      return await deploy.prepareCleaning(context);
    },
  },
  tear_down_cleaning: {
    title: 'tear down cleaning',
    interface: 'deploy',
    afterInterruption: 'rerun',
    run: (context: StepContext) => context.hardware.interfaces.deploy.tearDownCleaning(context),
  },
};

const own = { internal: cleaningSteps };

/** Whether the node is cleaned without being asked. */
export function isCleanedAutomatically({ node, policy }: FlowContext): boolean {
  return node.automated_clean ?? policy.automatedClean;
}

/** Automated cleaning: preparation, every step with a priority, tear-down; nothing where it is switched off. */
export function planAutomatedCleaning(context: FlowContext): PlannedStep[] {
  if (!isCleanedAutomatically(context)) return [];
  return framed(automated(context, automatedSteps(context.hardware, 'clean')));
}

/** Manual cleaning: the user's steps in the user's order, in a ramdisk if one of them needs it. */
export function planManualCleaning(context: FlowContext): PlannedStep[] {
  const { node, hardware } = context;
  const wanted = wantedSteps(context.arguments['clean_steps']);
  const needed =
    context.arguments['disable_ramdisk'] !== true && ofDrivers(wanted).some((item) => needsRamdisk(context, item));
  const options = context.arguments['disable_ramdisk'] === true ? { ramdisk: false } : {};
  const planned = requestedSteps(node, hardware, 'clean', ofDrivers(wanted), options);
  const steps = inGivenOrder(context, 'clean', wanted, planned);
  return needed ? framed(steps) : steps;
}

/** The steps after the agent has told its own. */
export function replanCleaning(context: FlowContext, then: readonly StepReference[]): PlannedStep[] {
  const wanted = wantedSteps(context.arguments['clean_steps']);
  const steps = wanted.length > 0 ? inGivenOrder(context, 'clean', wanted, then) : automated(context, [...then]);
  return [...steps, internalStep(own, 'tear_down_cleaning', 'clean')];
}

/** What clears a cleaning away that was begun. */
export function cleanUpOfCleaning(steps: readonly StepRow[]): string[] {
  const isTornDown = steps.some(
    ({ origin, reference, status }) =>
      origin === 'internal' && reference.step === 'tear_down_cleaning' && status === 'finished',
  );
  return hasBegun(steps, 'prepare_cleaning') && !isTornDown ? ['tear_down_cleaning'] : [];
}

/** What `last_error` says when the ramdisk stays away. */
export const cleaningTimeout = (): string =>
  'Timeout reached while cleaning the node. Please check if the ramdisk responsible for the cleaning is running on the node.';

function framed(steps: PlannedStep[]): PlannedStep[] {
  return [internalStep(own, 'prepare_cleaning', 'clean'), ...steps, internalStep(own, 'tear_down_cleaning', 'clean')];
}

function automated({ hardware, policy }: FlowContext, steps: StepReference[]): PlannedStep[] {
  const priorityOf = (step: { interface: string; step: string; priority: number }) =>
    policy.cleanStepPriorities.get(`${step.interface}.${step.step}`) ?? step.priority;
  const asked = availableSteps(hardware, 'clean')
    .filter(
      (step) =>
        policy.cleanStepPriorities.has(`${step.interface}.${step.name}`) &&
        !steps.some((other) => other.interface === step.interface && other.step === step.name),
    )
    .map((step) => ({ interface: step.interface, step: step.name, priority: 0, args: {} }));
  return [...steps, ...asked]
    .map((step) => ({ ...step, priority: priorityOf(step) }))
    .filter((step) => step.priority > 0)
    .sort((a, b) => b.priority - a.priority)
    .map((reference) => driverStep(hardware, reference, 'clean'));
}

function needsRamdisk({ hardware }: FlowContext, item: JsonObject): boolean {
  const step = availableSteps(hardware, 'clean').find(
    (candidate) => candidate.interface === item['interface'] && candidate.name === item['step'],
  );
  return step?.requiresRamdisk ?? true;
}
