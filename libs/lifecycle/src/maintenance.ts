/** Faults that put a node into maintenance (state machine reference §6). */
import type { TaskKind } from './tasks.js';

/** Every value of a node's `fault`. */
export const faults = ['power failure', 'clean failure', 'rescue abort failure', 'service failure'] as const;

/** A value of a node's `fault`. */
export type Fault = (typeof faults)[number];

/** Whether the value is a fault. */
export function isFault(value: unknown): value is Fault {
  return faults.some((fault) => fault === value);
}

const stepFaults: Readonly<Partial<Record<TaskKind, Fault>>> = { clean: 'clean failure', service: 'service failure' };

/**
 * The fault with which a node goes into maintenance when a step of the task fails, or null where it does not: only
 * cleaning and service do, and only when a step was running (not before the first one, nor after an abort).
 */
export function faultOfFailedStep(task: TaskKind): Fault | null {
  return stepFaults[task] ?? null;
}

/** The fault with which a node goes into maintenance when cleaning up after an aborted task fails, or null. */
export function faultOfFailedAbort(task: TaskKind): Fault | null {
  return task === 'rescue' ? 'rescue abort failure' : null;
}
