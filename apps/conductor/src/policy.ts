import type { TaskKind } from '@bessemer/contracts';
import type { Timeouts } from '@bessemer/drivers';
import { BessemerError } from '@bessemer/errors';
import type { FlowPolicy } from './flows/flow.js';
import type { ConductorSettings } from './settings.js';

/** Time-outs in seconds, as steps take them. */
export function timeoutsOf(settings: ConductorSettings): Timeouts {
  return {
    deploy: settings.deployTimeout / 1000,
    clean: settings.cleanTimeout / 1000,
    inspect: settings.inspectTimeout / 1000,
    rescue: settings.rescueTimeout / 1000,
    service: settings.serviceTimeout / 1000,
    softPowerOff: settings.softPowerOffTimeout / 1000,
    powerStateChange: settings.powerStateChangeTimeout / 1000,
  };
}

/** Seconds that a task of the kind waits for its agent. */
export function agentTimeoutOf(timeouts: Timeouts, kind: TaskKind): number {
  return kind === 'deploy' || kind === 'service' ? timeouts[kind] : timeouts.clean;
}

/**
 * What the operator has decided for all nodes.
 * @throws `invalid` for a priority that is not written as `interface.step:priority`
 */
export function flowPolicyOf(settings: ConductorSettings): FlowPolicy {
  return {
    automatedClean: settings.automatedClean,
    powerOffAfterDeployFailure: settings.powerOffAfterDeployFailure,
    cleanStepPriorities: new Map(settings.cleanStepPriorities.map(priority)),
  };
}

function priority(text: string): [string, number] {
  const match = /^(\w+\.\w+):(\d+)$/.exec(text);
  if (match?.[1] === undefined)
    throw new BessemerError('invalid', `"${text}" is no priority of a clean step.`, {
      field: 'BESSEMER_CLEAN_STEP_PRIORITIES',
      remedy: 'Write it as interface.step:priority, for example deploy.erase_devices:0.',
    });
  return [match[1], Number(match[2])];
}
