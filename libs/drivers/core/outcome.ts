import type { JsonObject, NodePatch, WaitEnd } from '@bessemer/contracts';
import type { StepReference } from './step.js';

/**
 * What ends a wait before its deadline. `agent`: a heartbeat of the node's agent. `introspection`: the inspector's
 * result. `time`: nothing but the deadline itself, which then is a normal end and no time-out.
 */
export type WaitFor = WaitEnd;

/**
 * What a step answers: a closed union, never an exception for a normal outcome. One executor does persistence,
 * back-off, deadlines, events and cancellation for all of them (DESIGN.md §5).
 */
export type StepOutcome =
  /** Done; `then` replaces the steps that have not begun yet (in-band steps are known only when the agent runs). */
  | { kind: 'done'; patch?: NodePatch; then?: StepReference[] }
  /**
   * Waits as a row; `memory` is handed back when the step is called again. `deadline` is when the step will give up,
   * where it only looks again at `until`.
   */
  | { kind: 'wait'; for: WaitFor; reason: string; until: Date; deadline?: Date; memory?: JsonObject; patch?: NodePatch }
  /** Again in `after` milliseconds, for example because a BMC is busy. */
  | { kind: 'retry'; after: number; reason: string; memory?: JsonObject }
  /** Waits for an operator. */
  | { kind: 'hold'; reason: string }
  /** `message` is public and says what to do. */
  | { kind: 'fail'; code: string; message: string; remedy?: string };

/** The step is done, with what it changed. */
export const done = (patch?: NodePatch, then?: StepReference[]): StepOutcome => ({ kind: 'done', patch, then });
/** The step has failed. */
export const fail = (code: string, message: string, remedy?: string): StepOutcome => ({
  kind: 'fail',
  code,
  message,
  ...(remedy === undefined ? {} : { remedy }),
});
