import { describe, expect, it } from 'vitest';
import { isLifecycleEvent, lifecycleEvents } from './events.js';
import { advance, canAdvance } from './machine.js';
import { hasShared, readTransitions } from './reference.fixture.js';
import { isProvisionState, provisionStates } from './states.js';
import { transitions } from './transitions.js';

// The table of the state machine reference §2, written out a second time: from | events | states.
const expectedTable = `
enroll | manage | verifying
verifying | done / fail | manageable / enroll
manageable | provide / clean / inspect / adopt | cleaning / cleaning / inspecting / adopting
available | deploy / manage | deploying / manageable
cleaning | done / manage / fail / wait / hold | available / manageable / clean failed / clean wait / clean hold
clean wait | resume / fail / abort / hold | cleaning / clean failed / clean failed / clean hold
clean hold | unhold / abort | clean wait / clean failed
clean failed | manage | manageable
inspecting | done / fail / wait | manageable / inspect failed / inspect wait
inspect wait | done / resume / fail / abort | manageable / inspecting / inspect failed / inspect failed
inspect failed | manage / inspect | manageable / inspecting
adopting | done / fail | active / adopt failed
adopt failed | adopt / manage | adopting / manageable
deploying | done / fail / wait / hold | active / deploy failed / wait call-back / deploy hold
wait call-back | resume / fail / abort / hold / delete | deploying / deploy failed / deploy failed / deploy hold / deleting
deploy hold | unhold / abort | wait call-back / deploy failed
deploy failed | rebuild / deploy / delete | deploying / deploying / deleting
active | rebuild / delete / rescue / service | deploying / deleting / rescuing / servicing
deleting | clean / fail | cleaning / error
error | rebuild / delete | deploying / deleting
rescuing | done / wait / fail | rescue / rescue wait / rescue failed
rescue wait | resume / fail / abort / delete | rescuing / rescue failed / rescue failed / deleting
rescue | rescue / unrescue / delete | rescuing / unrescuing / deleting
rescue failed | rescue / unrescue / delete | rescuing / unrescuing / deleting
unrescuing | done / fail | active / unrescue failed
unrescue failed | rescue / unrescue / delete | rescuing / unrescuing / deleting
servicing | done / fail / wait / hold | active / service failed / service wait / service hold
service wait | resume / fail / abort / hold / delete | servicing / service failed / service failed / service hold / deleting
service hold | service / unhold / fail / abort | servicing / service wait / service failed / service failed
service failed | service / rescue / wait / hold / delete / abort | servicing / rescuing / service wait / service hold / deleting / active
`;

const line = (transition: { from: string; event: string; to: string }): string =>
  `${transition.from} --${transition.event}--> ${transition.to}`;

function expectedLines(): string[] {
  return expectedTable
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [from = '', events = '', states = ''] = row.split(' | ');
      const to = states.split(' / ');
      return events.split(' / ').map((event, index) => line({ from, event, to: to[index] ?? '' }));
    });
}

describe('transitions', () => {
  const actual = transitions.map(line).sort();

  it('are those of the reference table, none missing and none extra', () => {
    expect(actual).toEqual(expectedLines().sort());
    expect(actual).toHaveLength(93);
  });

  it.skipIf(!hasShared)('are those of the shared transitions.json, none missing and none extra', () => {
    const shared = readTransitions().transitions.map(line).sort();
    expect(actual.filter((one) => !shared.includes(one))).toEqual([]);
    expect(shared.filter((one) => !actual.includes(one))).toEqual([]);
    expect(actual).toHaveLength(shared.length);
  });

  it.skipIf(!hasShared)('use the names of the shared table alone, and all of them', () => {
    const shared = readTransitions().transitions;
    const names = new Set(shared.flatMap(({ from, to }) => [from, to]));
    expect([...names].filter((name) => !isProvisionState(name))).toEqual([]);
    expect(provisionStates.filter((state) => !names.has(state))).toEqual([]);
    const events = new Set(shared.map(({ event }) => event));
    expect([...events].filter((event) => !isLifecycleEvent(event))).toEqual([]);
    expect(lifecycleEvents.filter((event) => !events.has(event))).toEqual([]);
  });

  const expected = new Map(expectedLines().map((text) => [text.slice(0, text.indexOf('-->')), text.split('--> ')[1]]));

  it.each(provisionStates.flatMap((state) => lifecycleEvents.map((event) => ({ state, event }))))(
    '$state, $event',
    ({ state, event }) => {
      const to = expected.get(`${state} --${event}`);
      const answer = advance(state, null, event);
      expect(canAdvance(state, event)).toBe(to !== undefined);
      if (to === undefined) {
        expect(answer).toEqual({
          ok: false,
          reason: `the event "${event}" does not apply to a node in state "${state}"`,
        });
      } else {
        expect(answer).toMatchObject({ ok: true, state: to });
      }
    },
  );

  it('leave no state unreached and none without a way out', () => {
    const reached = new Set(transitions.map(({ to }) => to));
    const left = new Set(transitions.map(({ from }) => from));
    expect(provisionStates.filter((state) => !reached.has(state))).toEqual([]);
    expect(provisionStates.filter((state) => !left.has(state))).toEqual([]);
  });
});

describe('names', () => {
  it('are told from what merely looks like one', () => {
    for (const other of ['', 'Enroll', 'wait callback', 'deleted', 'toString', '__proto__', null, 7]) {
      expect(isProvisionState(other)).toBe(false);
      expect(isLifecycleEvent(other)).toBe(false);
    }
  });
});
