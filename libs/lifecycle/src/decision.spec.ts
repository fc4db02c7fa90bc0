import { describe, expect, it } from 'vitest';
import { decide, isVerbAllowed, statesAccepting, type VerbContext, verbsAllowedIn } from './decision.js';
import { type ProvisionState, provisionStates, stateFacts } from './states.js';
import { minimumVersionOf, type Verb, verbs } from './verbs.js';

const newest = 115;

const context = (state: ProvisionState, more: Partial<VerbContext> = {}): VerbContext => ({
  node: 'node-1',
  version: newest,
  target: stateFacts[state].target,
  ...more,
});

// What each verb does where it is accepted (state machine reference §3 and §4): "task: state, target", the task
// replaced in brackets, or a plain move. In every other state it is refused.
const deleteAnswers: Partial<Record<ProvisionState, string>> = {
  active: 'start undeploy: deleting, available',
  'wait call-back': 'start undeploy [deploy]: deleting, available',
  'deploy failed': 'start undeploy: deleting, available',
  error: 'start undeploy: deleting, available',
  rescue: 'start undeploy: deleting, available',
  'rescue wait': 'start undeploy [rescue]: deleting, available',
  'rescue failed': 'start undeploy: deleting, available',
  'unrescue failed': 'start undeploy: deleting, available',
  'service wait': 'start undeploy [service]: deleting, available',
  'service failed': 'start undeploy: deleting, available',
};
const deployAnswers: Partial<Record<ProvisionState, string>> = {
  available: 'start deploy: deploying, active',
  'deploy failed': 'start deploy: deploying, active',
};
const answers: Record<Verb, Partial<Record<ProvisionState, string>>> = {
  manage: {
    enroll: 'start verify: verifying, manageable',
    available: 'move: manageable, null',
    'clean failed': 'move: manageable, null',
    'inspect failed': 'move: manageable, null',
    'adopt failed': 'move: manageable, null',
  },
  provide: { manageable: 'start clean: cleaning, available' },
  inspect: {
    manageable: 'start inspect: inspecting, manageable',
    'inspect failed': 'start inspect: inspecting, manageable',
  },
  clean: { manageable: 'start clean: cleaning, manageable' },
  adopt: { manageable: 'start adopt: adopting, active', 'adopt failed': 'start adopt: adopting, active' },
  active: deployAnswers,
  deploy: deployAnswers,
  rebuild: {
    active: 'start deploy: deploying, active',
    'deploy failed': 'start deploy: deploying, active',
    error: 'start deploy: deploying, active',
  },
  deleted: deleteAnswers,
  undeploy: deleteAnswers,
  rescue: {
    active: 'start rescue: rescuing, rescue',
    rescue: 'start rescue: rescuing, rescue',
    'rescue failed': 'start rescue: rescuing, rescue',
    'unrescue failed': 'start rescue: rescuing, rescue',
    'service failed': 'start rescue: rescuing, rescue',
  },
  unrescue: {
    rescue: 'start unrescue: unrescuing, active',
    'rescue failed': 'start unrescue: unrescuing, active',
    'unrescue failed': 'start unrescue: unrescuing, active',
  },
  service: {
    active: 'start service: servicing, active',
    'service hold': 'start service [service]: servicing, active',
    'service failed': 'start service: servicing, active',
  },
  abort: {
    'clean wait': 'abort clean now: clean failed, available',
    'clean hold': 'abort clean now: clean failed, available',
    'inspect wait': 'abort inspect now: inspect failed, manageable',
    'rescue wait': 'abort rescue now: rescue failed, rescue',
    'wait call-back': 'abort deploy now: deploy failed, active',
    'deploy hold': 'abort deploy now: deploy failed, active',
    'service wait': 'abort service now, then abort: service failed, active',
    'service hold': 'abort service now, then abort: service failed, active',
    'service failed': 'abort service now: active, null',
  },
  unhold: {
    'clean hold': 'unhold clean on-heartbeat: clean wait, available',
    'deploy hold': 'unhold deploy on-heartbeat: wait call-back, active',
    'service hold': 'unhold service at-once: service wait, active',
  },
};

/** The decision in the words of the table above. */
function inWords(verb: string, state: ProvisionState, more: Partial<VerbContext> = {}): string {
  const decision = decide(verb, state, context(state, more));
  switch (decision.kind) {
    case 'refuse':
      return `refuse ${decision.code}`;
    case 'move':
      return `move: ${decision.next.state}, ${decision.next.target}`;
    case 'start': {
      const replaced = decision.replaces === null ? '' : ` [${decision.replaces}]`;
      return `start ${decision.task}${replaced}: ${decision.next.state}, ${decision.next.target}`;
    }
    case 'abort': {
      const after = decision.afterCleanUp === null ? '' : `, then ${decision.afterCleanUp}`;
      return `abort ${decision.task} ${decision.when}${after}: ${decision.next.state}, ${decision.next.target}`;
    }
    case 'unhold':
      return `unhold ${decision.task} ${decision.continues}: ${decision.next.state}, ${decision.next.target}`;
  }
}

const pairs = provisionStates.flatMap((state) => verbs.map((verb) => ({ state, verb })));

describe(decide.name, () => {
  it('has an expected answer for every verb', () => {
    expect(Object.keys(answers).sort()).toEqual([...verbs].sort());
    expect(pairs).toHaveLength(30 * 15);
  });

  it.each(pairs)('$verb in $state', ({ verb, state }) => {
    expect(inWords(verb, state)).toBe(answers[verb][state] ?? 'refuse invalid-state');
    expect(isVerbAllowed(verb, state)).toBe(answers[verb][state] !== undefined);
  });

  it.each(pairs)('$verb in $state below its first version', ({ verb, state }) => {
    expect(inWords(verb, state, { version: minimumVersionOf(verb, state) - 1 })).toBe('refuse not-acceptable');
  });

  it.each([
    ['manage', 4],
    ['provide', 4],
    ['inspect', 6],
    ['abort', 13],
    ['clean', 15],
    ['adopt', 17],
    ['rescue', 38],
    ['unrescue', 38],
    ['deploy', 73],
    ['undeploy', 73],
    ['unhold', 85],
    ['service', 87],
    ['active', 1],
    ['rebuild', 1],
    ['deleted', 1],
  ] as const)('knows %s since 1.%i', (verb, since) => {
    expect(minimumVersionOf(verb)).toBe(since);
  });

  it('lets some states be aborted only later', () => {
    expect(inWords('abort', 'inspect wait', { version: 40 })).toBe('refuse not-acceptable');
    expect(inWords('abort', 'inspect wait', { version: 41 })).toMatch(/^abort inspect/);
    expect(inWords('abort', 'wait call-back', { version: 109 })).toBe('refuse not-acceptable');
    expect(inWords('abort', 'wait call-back', { version: 110 })).toMatch(/^abort deploy/);
    expect(inWords('abort', 'clean wait', { version: 13 })).toMatch(/^abort clean/);
  });

  it('names verb, node and state when it refuses', () => {
    expect(decide('deploy', 'enroll', context('enroll', { node: 'b00' }))).toEqual({
      kind: 'refuse',
      code: 'invalid-state',
      reason: 'The requested action "deploy" can not be performed on node "b00" while it is in state "enroll".',
    });
    expect(decide('service', 'active', context('active', { version: 82 }))).toEqual({
      kind: 'refuse',
      code: 'not-acceptable',
      reason: 'The action "service" needs API version 1.87 or newer.',
    });
  });

  it.each(['bogus', 'available', 'manageable', 'manage ', '', 'constructor'])(
    'refuses the unknown verb "%s"',
    (verb) => {
      expect(decide(verb, 'enroll', context('enroll'))).toMatchObject({
        kind: 'refuse',
        code: 'invalid-state',
        reason: expect.stringContaining('can not be performed'),
      });
    },
  );

  it.each([
    ['done', 'deploying'],
    ['fail', 'clean wait'],
    ['wait', 'cleaning'],
    ['resume', 'inspect wait'],
    ['hold', 'service failed'],
    ['delete', 'active'],
  ] as const)('does not understand the internal event "%s" in %s', (event, state) => {
    expect(decide(event, state, context(state))).toEqual({
      kind: 'refuse',
      code: 'invalid-state',
      reason: `The requested action "${event}" could not be understood.`,
    });
  });

  it('keeps the target of manual cleaning over abort and unhold', () => {
    expect(inWords('abort', 'clean wait', { target: 'manageable' })).toBe('abort clean now: clean failed, manageable');
    expect(inWords('unhold', 'clean hold', { target: 'manageable' })).toBe(
      'unhold clean on-heartbeat: clean wait, manageable',
    );
  });

  it.each([
    { state: 'clean wait', asks: true },
    { state: 'clean hold', asks: true },
    { state: 'wait call-back', asks: true },
    { state: 'service wait', asks: true },
    { state: 'service hold', asks: true },
    { state: 'deploy hold', asks: false },
    { state: 'inspect wait', asks: false },
    { state: 'rescue wait', asks: false },
    { state: 'service failed', asks: false },
  ] as const)('defers an abort in $state to the end of a step that cannot be aborted: $asks', ({ state, asks }) => {
    const decision = decide('abort', state, context(state, { stepAbortable: false }));
    expect(decision).toMatchObject({ kind: 'abort', when: asks ? 'after-step' : 'now' });
    if (asks) {
      expect(decision).toMatchObject({ next: { state, target: stateFacts[state].target }, afterCleanUp: null });
    }
    expect(decide('abort', state, context(state, { stepAbortable: true }))).toMatchObject({ when: 'now' });
  });
});

describe('decide, by the conditions of the node', () => {
  const refusedInMaintenance: readonly Verb[] = [
    'active',
    'deploy',
    'rebuild',
    'clean',
    'rescue',
    'unrescue',
    'service',
  ];

  it.each(pairs.filter(({ verb, state }) => answers[verb][state] !== undefined))(
    '$verb in $state in maintenance',
    ({ verb, state }) => {
      const answer = inWords(verb, state, { maintenance: true });
      if (refusedInMaintenance.includes(verb)) expect(answer).toBe('refuse in-maintenance');
      else if (verb === 'abort' && state === 'service failed') expect(answer).toBe('refuse conflict');
      else expect(answer).toBe(answers[verb][state]);
    },
  );

  it.each(pairs.filter(({ verb, state }) => answers[verb][state] !== undefined))(
    '$verb in $state when protected and retired',
    ({ verb, state }) => {
      const guarded: readonly Verb[] = ['rebuild', 'deleted', 'undeploy'];
      expect(inWords(verb, state, { protected: true })).toBe(
        guarded.includes(verb) ? 'refuse forbidden' : answers[verb][state],
      );
      expect(inWords(verb, state, { retired: true })).toBe(
        verb === 'provide' ? 'refuse invalid-state' : answers[verb][state],
      );
    },
  );

  it('refuses provide in maintenance only where that is configured', () => {
    const off = { maintenance: true, allowProvisioningInMaintenance: false };
    expect(inWords('provide', 'manageable', off)).toBe('refuse in-maintenance');
    expect(inWords('provide', 'manageable', { maintenance: true })).toBe('start clean: cleaning, available');
    expect(inWords('manage', 'enroll', off)).toBe('start verify: verifying, manageable');
  });

  it('keeps the order of refusals: version, maintenance of a deployment, state, the rest', () => {
    const all = { maintenance: true, protected: true, retired: true };
    expect(inWords('deploy', 'enroll', { ...all, version: 72 })).toBe('refuse not-acceptable');
    expect(inWords('deploy', 'enroll', all)).toBe('refuse in-maintenance');
    expect(inWords('clean', 'enroll', all)).toBe('refuse invalid-state');
    expect(inWords('rebuild', 'active', all)).toBe('refuse in-maintenance');
    expect(inWords('deleted', 'active', all)).toBe('refuse forbidden');
  });
});

describe('lists of verbs and states', () => {
  it('offers what a client may ask next', () => {
    expect(verbsAllowedIn('enroll')).toEqual(['manage']);
    expect(verbsAllowedIn('deploying')).toEqual([]);
    expect(verbsAllowedIn('wait call-back', 82)).toEqual(['deleted', 'undeploy']);
    expect(statesAccepting('unhold')).toEqual(['clean hold', 'deploy hold', 'service hold']);
    expect(statesAccepting('unhold', 84)).toEqual([]);
  });
});
