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

/** Whether a question failed for a reason that passes: nobody answered, or who answered lacked something itself. */
export const isPassing = (error: unknown): error is BessemerError =>
  isBessemerError(error) && (error.code === 'unavailable' || error.code === 'timeout');

/** What ends a call of a step from outside, whatever the step makes of it. */
export type Stop = SupersededError | PostponedError;
