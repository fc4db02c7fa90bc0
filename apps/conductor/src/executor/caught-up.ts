import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs } from '../leases/monotonic.js';
import { isPassing, PostponedError } from './control.js';

/** How long the api may be behind with the events of a task before the step is put off. */
const patienceMs = 10_000;
const firstPauseMs = 20;
const longestPauseMs = 500;

interface Answer {
  readonly verdict: string;
}
type CaughtUp<A extends Answer> = A & { readonly verdict: Exclude<A['verdict'], 'behind'> };

const hasCaughtUp = <A extends Answer>(answer: A): answer is CaughtUp<A> => answer.verdict !== 'behind';

/**
 * Asks the api about a task, again and again while it has not yet applied what was reported of the task.
 *
 * @param signal of the lease; rejects with its reason when it is aborted
 * @throws PostponedError when the api is away, or stays behind
 */
export async function askCaughtUp<A extends Answer>(signal: AbortSignal, ask: () => Promise<A>): Promise<CaughtUp<A>> {
  const until = monotonicMs() + patienceMs;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    signal.throwIfAborted();
    const answer = await answerTo(ask);
    if (hasCaughtUp(answer)) return answer;
    if (monotonicMs() > until) throw new PostponedError('The api has not yet applied what was reported of the task.');
    await delay(pause, undefined, { signal });
  }
}

async function answerTo<A>(ask: () => Promise<A>): Promise<A> {
  try {
    return await ask();
  } catch (error) {
    if (isPassing(error)) throw new PostponedError(`The api does not answer: ${error.message}`);
    throw error;
  }
}
