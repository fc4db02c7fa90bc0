import { describe, expect, it } from 'vitest';
import { decide, isVerbAllowed } from './decision.js';
import { isLifecycleEvent } from './events.js';
import { advance } from './machine.js';
import * as ask from './questions.js';
import { hasShared, readExchanges, readStateMachine, type StateMachineFile } from './reference.fixture.js';
import { isProvisionState, type ProvisionState, provisionStates, stateFacts } from './states.js';
import { isVerb } from './verbs.js';

// Where the newest table differs from the recorded release, and why.
const differences: Record<string, string> = {
  'wait call-back, abort': 'a deployment can be aborted since 1.110',
  'cleaning, manage': 'the event is how manual cleaning ends; as a verb it is refused while the task works',
  'deleting, clean': 'the event is how an undeploy goes on to cleaning; as a verb it is refused while the task works',
};

// States and entries that the recorded release did not have.
const newer = new Set<string>([
  'clean hold',
  'deploy hold',
  'servicing',
  'service wait',
  'service hold',
  'service failed',
]);

const known = (names: readonly string[]): ProvisionState[] => names.filter((name) => isProvisionState(name));

describe.skipIf(!hasShared)('the recorded state machine', () => {
  const recorded: StateMachineFile | null = hasShared ? readStateMachine() : null;
  const states = Object.entries(recorded?.states ?? {});
  const legal = new Set(recorded?.transitions.map(({ from, event }) => `${from}, ${event}`));

  it('has the states that we have, but for the newer ones', () => {
    expect([...states.map(([state]) => state), ...newer].sort()).toEqual([...provisionStates].sort());
  });

  it.each(states)('agrees on %s', (state, facts) => {
    if (!isProvisionState(state)) throw new Error(`unknown state ${state}`);
    expect(ask.isStable(state)).toBe(facts.stable);
    expect(stateFacts[state].target).toBe(facts.target);
  });

  it('agrees on every state and verb, but for the listed differences', () => {
    const found = states.flatMap(([state]) =>
      Object.entries(recorded?.VERBS ?? {}).flatMap(([verb, event]) => {
        if (!isProvisionState(state) || !isVerb(verb)) return [`${state}, ${verb} is unknown`];
        return isVerbAllowed(verb, state) === legal.has(`${state}, ${event}`) ? [] : [`${state}, ${verb}`];
      }),
    );
    expect(found.sort()).toEqual(Object.keys(differences).sort());
  });

  it('agrees on the target after every transition, but for manual cleaning, which passes its own', () => {
    const found = (recorded?.transitions ?? []).flatMap(({ from, event, to, target }) => {
      if (!isProvisionState(from) || !isLifecycleEvent(event)) return [`${from}, ${event} is unknown`];
      const answer = advance(from, stateFacts[from].target, event);
      return answer.ok && answer.state === to && answer.target === target ? [] : [`${from}, ${event}`];
    });
    expect(found).toEqual(['manageable, clean']);
  });

  it.each([
    ['UPDATE_ALLOWED_STATES', (state: ProvisionState) => ask.mayUpdate(state, 'active', { version: 38 })],
    [
      'DELETE_ALLOWED_STATES',
      (state: ProvisionState) => ask.mayDeleteNode(state, { maintenance: false, allowDeletingAvailable: false }),
    ],
    ['UNSTABLE_STATES', ask.isUnstable],
    ['STUCK_STATES_TREATED_AS_FAIL', ask.failsWhenAbandoned],
    ['LOOKUP_ALLOWED_STATES', (state: ProvisionState) => ask.mayLookup(state)],
    ['FASTTRACK_LOOKUP_ALLOWED_STATES', (state: ProvisionState) => ask.mayLookup(state, { fastTrack: true })],
    ['FAILURE_STATES', ask.isFailure],
  ] as const)('agrees on %s', (list, question) => {
    const ours = provisionStates.filter((state) => question(state) && !newer.has(state));
    expect(ours.sort()).toEqual(known(recorded?.[list] ?? []).sort());
    expect(known(recorded?.[list] ?? [])).toHaveLength(recorded?.[list].length ?? -1);
  });
});

// Verbs that the recorded release answered by state and that the newest refuses by version first.
const refusedByVersion: Record<string, string> = {
  'service in enroll': 'known since 1.87; the release had no such verb',
  'unhold in enroll': 'known since 1.85; the release had no such verb',
  'abort in wait call-back': 'known there since 1.110',
};

describe.skipIf(!hasShared)('the recorded refusals', () => {
  const refusal = /^The requested action "(.*)" can not be performed on node "(.*)" while it is in state "(.*)"\.$/;
  const refused = (hasShared ? readExchanges() : []).flatMap(({ method, path, ver, status, err }) => {
    const [, verb, node, state] = refusal.exec(err) ?? [];
    if (method !== 'PUT' || !path.endsWith('/states/provision') || verb === undefined) return [];
    return [{ verb, node: node ?? '', state: state ?? '', version: Number(ver?.split('.')[1]), status, err }];
  });

  it('are many', () => {
    expect(refused.length).toBeGreaterThan(50);
  });

  it.each(refused)('$verb in $state at 1.$version', ({ verb, node, state, version, status, err }) => {
    if (!isProvisionState(state)) throw new Error(`unknown state ${state}`);
    const decision = decide(verb, state, { node, version, target: stateFacts[state].target });
    expect(status).toBe(400);
    if (`${verb} in ${state}` in refusedByVersion) {
      expect(decision).toMatchObject({ kind: 'refuse', code: 'not-acceptable' });
    } else {
      expect(decision).toEqual({ kind: 'refuse', code: 'invalid-state', reason: err });
    }
  });
});
