import { BessemerError, isBessemerError } from '@bessemer/errors';

/** The api did not let the task go on: it is no longer the node's, or has been aborted. The run stops without a word. */
export class SupersededError extends BessemerError {
  constructor(task: string, reason: string) {
    super('conflict', `Task ${task} does not go on: ${reason}.`);
    this.name = 'SupersededError';
  }
}

/** A service that the step needs does not answer; the same call is made again later. */
export class PostponedError extends BessemerError {
  constructor(reason: string) {
    super('unavailable', reason);
    this.name = 'PostponedError';
  }
}

/** Somebody else works on a node that the step needs; the same call is made again later, but not for ever. */
export class LockedNodeError extends PostponedError {}

/** Whether a question failed for a reason that passes: nobody answered, or who answered lacked something itself. */
export const isPassing = (error: unknown): error is BessemerError =>
  isBessemerError(error) && (error.code === 'unavailable' || error.code === 'timeout');

/** What ends a call of a step from outside, whatever the step makes of it. */
export type Stop = SupersededError | PostponedError;

/**
 * Does what may end the call of the present step from outside. A driver may catch what is thrown at it; the executor
 * then still knows that the call is over.
 */
export async function stopping<T>(run: { stop: Stop | undefined }, work: () => Promise<T>): Promise<T> {
  if (run.stop !== undefined) throw run.stop;
  try {
    return await work();
  } catch (error) {
    if (error instanceof SupersededError || error instanceof PostponedError) run.stop = error;
    throw error;
  }
}
