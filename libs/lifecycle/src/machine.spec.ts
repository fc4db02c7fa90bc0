import { describe, expect, it } from 'vitest';
import type { LifecycleEvent } from './events.js';
import { advance, type Position } from './machine.js';
import { type ProvisionState, type StableState, stateFacts } from './states.js';
import { completionEventOf, followingTask } from './tasks.js';
import { transitions } from './transitions.js';

const at = (state: ProvisionState, target: StableState | null): Position => ({ state, target });

/** Follows the events from a position; a refused one leaves the position as it is. */
function follow(from: Position, events: readonly LifecycleEvent[]): Position[] {
  let here = from;
  return events.map((event) => {
    const answer = advance(here.state, here.target, event);
    if (answer.ok) here = at(answer.state, answer.target);
    return here;
  });
}

const storiesByName: Record<
  string,
  { from: Position; steps: readonly [LifecycleEvent, ProvisionState, StableState | null][] }
> = {
  'enrolment that fails, then works': {
    from: at('enroll', null),
    steps: [
      ['manage', 'verifying', 'manageable'],
      ['fail', 'enroll', null],
      ['manage', 'verifying', 'manageable'],
      ['done', 'manageable', null],
    ],
  },
  'automated cleaning that waits and is held': {
    from: at('manageable', null),
    steps: [
      ['provide', 'cleaning', 'available'],
      ['wait', 'clean wait', 'available'],
      ['resume', 'cleaning', 'available'],
      ['hold', 'clean hold', 'available'],
      ['unhold', 'clean wait', 'available'],
      ['resume', 'cleaning', 'available'],
      ['done', 'available', null],
    ],
  },
  'manual cleaning keeps manageable as its target': {
    from: at('manageable', null),
    steps: [
      ['clean', 'cleaning', 'manageable'],
      ['wait', 'clean wait', 'manageable'],
      ['hold', 'clean hold', 'manageable'],
      ['unhold', 'clean wait', 'manageable'],
      ['resume', 'cleaning', 'manageable'],
      ['manage', 'manageable', null],
    ],
  },
  'manual cleaning that fails keeps its target too': {
    from: at('clean wait', 'manageable'),
    steps: [
      ['abort', 'clean failed', 'manageable'],
      ['manage', 'manageable', null],
    ],
  },
  'cleaning of a retired node ends at manageable': {
    from: at('deleting', 'available'),
    steps: [
      ['clean', 'cleaning', 'available'],
      ['manage', 'manageable', null],
    ],
  },
  'deployment, replaced by its deletion': {
    from: at('available', null),
    steps: [
      ['deploy', 'deploying', 'active'],
      ['wait', 'wait call-back', 'active'],
      ['delete', 'deleting', 'available'],
      ['clean', 'cleaning', 'available'],
      ['done', 'available', null],
    ],
  },
  'deployment that fails, rebuilt': {
    from: at('deploying', 'active'),
    steps: [
      ['fail', 'deploy failed', 'active'],
      ['rebuild', 'deploying', 'active'],
      ['done', 'active', null],
    ],
  },
  'undeploy that fails': {
    from: at('active', null),
    steps: [
      ['delete', 'deleting', 'available'],
      ['fail', 'error', null],
      ['delete', 'deleting', 'available'],
    ],
  },
  'rescue and back': {
    from: at('active', null),
    steps: [
      ['rescue', 'rescuing', 'rescue'],
      ['wait', 'rescue wait', 'rescue'],
      ['resume', 'rescuing', 'rescue'],
      ['done', 'rescue', null],
      ['unrescue', 'unrescuing', 'active'],
      ['fail', 'unrescue failed', 'active'],
      ['rescue', 'rescuing', 'rescue'],
      ['fail', 'rescue failed', 'rescue'],
      ['delete', 'deleting', 'available'],
    ],
  },
  'service that is aborted returns to active': {
    from: at('active', null),
    steps: [
      ['service', 'servicing', 'active'],
      ['wait', 'service wait', 'active'],
      ['abort', 'service failed', 'active'],
      ['abort', 'active', null],
    ],
  },
  'inspection that waits, twice': {
    from: at('inspect failed', 'manageable'),
    steps: [
      ['inspect', 'inspecting', 'manageable'],
      ['wait', 'inspect wait', 'manageable'],
      ['resume', 'inspecting', 'manageable'],
      ['wait', 'inspect wait', 'manageable'],
      ['done', 'manageable', null],
    ],
  },
};

describe(advance.name, () => {
  it.each(Object.entries(storiesByName))('tells the story: %s', (_name, { from, steps }) => {
    const seen = follow(
      from,
      steps.map(([event]) => event),
    );
    expect(seen).toEqual(steps.map(([, state, target]) => at(state, target)));
  });

  it.each(transitions)('$from, $event: the target is null exactly in a stable state', ({ from, event, to }) => {
    const answer = advance(from, stateFacts[from].target, event);
    const stable = stateFacts[to].phase === 'stable';
    expect(answer).toMatchObject({ ok: true, target: stable ? null : expect.stringMatching(/^[a-z]+$/) });
  });

  it.each(transitions)(
    '$from, $event: said twice is done once, or is another transition of the table',
    (transition) => {
      const { from, event } = transition;
      const [once, twice] = follow(at(from, stateFacts[from].target), [event, event]);
      const second = transitions.find((other) => other.from === once?.state && other.event === event);
      expect(twice?.state).toBe(second?.to ?? once?.state);
    },
  );

  it('knows which events, said twice, do more than once said', () => {
    const doubled = transitions.flatMap((first) =>
      transitions
        .filter((second) => second.from === first.to && second.event === first.event)
        .map((second) => `${first.from} --${first.event}--> ${first.to} --> ${second.to}`),
    );
    expect(doubled.sort()).toEqual([
      'service hold --abort--> service failed --> active',
      'service wait --abort--> service failed --> active',
    ]);
  });

  it.each([
    { late: 'done of a verification that had failed', state: 'enroll', event: 'done' },
    { late: 'fail after the deployment was done', state: 'active', event: 'fail' },
    { late: 'resume after the deployment timed out', state: 'deploy failed', event: 'resume' },
    { late: 'resume after the wait was deleted', state: 'deleting', event: 'resume' },
    { late: 'done of a clean step after the abort', state: 'clean failed', event: 'done' },
    { late: 'wait in a wait', state: 'clean wait', event: 'wait' },
    { late: 'resume of what runs', state: 'cleaning', event: 'resume' },
    { late: 'clean after the undeploy had failed', state: 'error', event: 'clean' },
    { late: 'unhold of what is not held', state: 'clean wait', event: 'unhold' },
  ] as const)('answers a late or repeated event with a reason: $late', ({ state, event }) => {
    expect(advance(state, stateFacts[state].target, event)).toEqual({
      ok: false,
      reason: expect.stringContaining(`"${event}"`),
    });
  });

  it('goes round wait and resume for ever without losing the target', () => {
    const rounds = Array.from({ length: 50 }, (): LifecycleEvent[] => ['wait', 'resume']).flat();
    expect(follow(at('cleaning', 'manageable'), rounds).at(-1)).toEqual(at('cleaning', 'manageable'));
  });

  it('takes a target that is passed', () => {
    expect(advance('deleting', 'available', 'clean', { target: 'manageable' })).toEqual({
      ok: true,
      state: 'cleaning',
      target: 'manageable',
    });
  });

  it('gives a stable state no target, whatever is passed', () => {
    expect(advance('cleaning', 'available', 'done', { target: 'active' })).toMatchObject({ target: null });
  });

  it('falls back to the default target where the record has lost it', () => {
    expect(advance('clean wait', null, 'resume')).toEqual({ ok: true, state: 'cleaning', target: 'available' });
  });
});

describe(completionEventOf.name, () => {
  it.each([
    { task: 'verify', target: 'manageable', retired: false, event: 'done' },
    { task: 'clean', target: 'available', retired: false, event: 'done' },
    { task: 'clean', target: 'manageable', retired: false, event: 'manage' },
    { task: 'clean', target: 'available', retired: true, event: 'manage' },
    { task: 'undeploy', target: 'available', retired: true, event: 'clean' },
    { task: 'deploy', target: 'active', retired: true, event: 'done' },
  ] as const)('$task to $target, retired $retired: $event', ({ task, target, retired, event }) => {
    expect(completionEventOf(task, { target, retired })).toBe(event);
  });

  it('lets cleaning follow an undeploy, and nothing else follow anything', () => {
    expect(followingTask('undeploy')).toBe('clean');
    expect(followingTask('clean')).toBeNull();
  });
});
