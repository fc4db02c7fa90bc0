import type { JsonObject, TaskKind } from '@bessemer/contracts';
import type { StepContext } from './context.js';
import type { StepOutcome } from './outcome.js';

/** Interfaces whose steps a user may name, and the conductor's own (`power_on`, `hold`, `wait` …). */
export type StepInterface =
  | 'bios'
  | 'boot'
  | 'deploy'
  | 'firmware'
  | 'inspect'
  | 'management'
  | 'network'
  | 'power'
  | 'raid'
  | 'rescue'
  | 'vendor';

/** What happens to a step that was started and whose conductor died (DESIGN.md §5). */
export type AfterInterruption =
  /** It sets a state, so doing it again is harmless. */
  | 'rerun'
  /** It is called with `attempt: 'interrupted'` and must look at what was done before it does anything. */
  | 'observe'
  /** It fails with a clear reason. */
  | 'fail';

/** What an agent said of a step of its own; kept with the reference, because only that agent knew it. */
export interface InBandStep {
  /** The machine must be rebooted into the ramdisk after the step. */
  rebootRequested: boolean;
  /** Versions of the agent's hardware managers, passed back when the step is executed. */
  version: JsonObject;
  /** How often the cleaning began anew because these versions had changed. */
  restarts: number;
}

/** A step to be done: which one and with what arguments. Is to be kept whole. */
export interface StepReference {
  interface: StepInterface;
  step: string;
  priority: number;
  args: JsonObject;
  /** For a step that no implementation declares (an in-band one): whether the agent says that it may be aborted. */
  abortable?: boolean;
  /** For a step of the agent: what the agent said of it. */
  inBand?: InBandStep;
  /** For a step that is done on a child of the node: the UUID of that child. */
  child?: string;
}

/** One argument that a step takes. */
export interface StepArgument {
  description: string;
  required: boolean;
}

/** A named, journaled unit of work of an interface implementation. */
export interface Step {
  readonly interface: StepInterface;
  readonly name: string;
  /** Task kinds in which it may run, each with its default priority; 0: only on request. */
  readonly priorities: Partial<Record<TaskKind, number>>;
  readonly abortable: boolean;
  readonly requiresRamdisk: boolean;
  readonly afterInterruption: AfterInterruption;
  readonly args: Record<string, StepArgument>;
  /** Whether it is the conductor's own preparation or tear-down, not shown as `clean_step` or `deploy_step`. */
  readonly internal?: boolean;
  /** Runs it, or goes on with it: `context.attempt` says which. */
  run(context: StepContext): Promise<StepOutcome>;
}

/** What must be said of a step; the rest has the usual values. */
export type StepDefinition = Pick<Step, 'interface' | 'name' | 'priorities' | 'run'> &
  Partial<Omit<Step, 'interface' | 'name' | 'priorities' | 'run'>>;

/** A step that is abortable, needs no ramdisk, may be done again and takes no arguments, unless said otherwise. */
export function defineStep(definition: StepDefinition): Step {
  return { abortable: true, requiresRamdisk: false, afterInterruption: 'rerun', args: {}, ...definition };
}
