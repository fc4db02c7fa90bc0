import { type NodePatch, setFields, type TaskFailure } from '@bessemer/contracts';
import type { Entry, EventDraft } from '../journal/journal.js';
import type { TaskRun } from './task-run.js';

/**
 * The last entry of a task: its last event, after those of the entry that it is joined with, and the end of the row.
 */
export function endOf(run: TaskRun, events: readonly EventDraft[]): Entry {
  const { ending } = run.task;
  if (ending === null) {
    const transition = run.flow.completion(run.context);
    return end('finished', [...events, { what: 'finished', ...(transition ? { transition } : {}) }]);
  }
  if (ending.how === 'fail') {
    const patch = patchOfFailure(run);
    return end('failed', [
      ...events,
      {
        what: 'failed',
        failure: ending.failure,
        ...(run.task.kind === 'power' ? {} : { transition: 'fail' }),
        ...(patch ? { patch } : {}),
      },
    ]);
  }
  if (ending.problem === undefined) {
    const { afterAbort } = run.flow;
    return end('aborted', [...events, { what: 'finished', ...(afterAbort ? { transition: afterAbort } : {}) }]);
  }
  const failure: TaskFailure = {
    code: 'clean-up-failed',
    message: ending.problem,
    ...(ending.fault ? { fault: ending.fault } : {}),
  };
  return end('aborted', [...events, { what: 'failed', failure }]);
}

function end(state: 'finished' | 'failed' | 'aborted', events: EventDraft[]): Entry {
  return { task: { state, deadline: null, in_wait: false, needs_resume: false }, events, end: true, wake: false };
}

// What the record must not go on claiming after a failure (reference: states.md §4, §5).
function patchOfFailure({ task }: TaskRun): NodePatch | undefined {
  if (task.kind === 'power') return setFields({ target_power_state: null });
  if (task.kind === 'adopt') return setFields({ power_state: null });
  return undefined;
}
