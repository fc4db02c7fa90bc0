import { describe, expect, it } from 'vitest';
import { faultOfFailedAbort, faultOfFailedStep, isFault } from './maintenance.js';
import * as ask from './questions.js';
import { isStableState, type ProvisionState, provisionStates, stateFacts } from './states.js';
import { failedStateOf, holdStateOf, taskKinds, taskOf, waitStateOf, waitTimeoutOf, workStateOf } from './tasks.js';

// One row a state, from the state machine reference §1 (and agent reference §3): phase, target, task, and marks:
// U update allowed, L looked up, F looked up with fast track, R heartbeat resumes, B heartbeat recorded,
// b recorded with fast track, D deletable, d deletable if so configured, I interfaces changeable, P power refused.
const expectedRows = `
enroll           | stable  | -          | -        | F b D I
verifying        | working | manageable | verify   | U
manageable       | stable  | -          | -        | F b D I
inspecting       | working | manageable | inspect  | U L I
inspect wait     | waiting | manageable | inspect  | U L I
inspect failed   | failed  | manageable | -        | U
cleaning         | working | available  | clean    | L B P
clean wait       | waiting | available  | clean    | L R P
clean hold       | held    | available  | clean    | B
clean failed     | failed  | available  | -        | U
available        | stable  | -          | -        | F b d I
deploying        | working | active     | deploy   | L B
wait call-back   | waiting | active     | deploy   | L R
deploy hold      | held    | active     | deploy   | B
deploy failed    | failed  | active     | -        | U
active           | stable  | -          | -        |
servicing        | working | active     | service  | F B
service wait     | waiting | active     | service  | L R
service hold     | held    | active     | service  | U F B
service failed   | failed  | active     | -        | U
rescuing         | working | rescue     | rescue   | L B
rescue wait      | waiting | rescue     | rescue   | L R
rescue failed    | failed  | rescue     | -        | U
rescue           | stable  | -          | -        |
unrescuing       | working | active     | unrescue |
unrescue failed  | failed  | active     | -        | U
adopting         | working | active     | adopt    |
adopt failed     | failed  | active     | -        | U D
deleting         | working | available  | undeploy |
error            | stable  | -          | -        | U
`;

const rows = new Map(
  expectedRows
    .trim()
    .split('\n')
    .map((row) => {
      const [state = '', phase = '', target = '', task = '', marks = ''] = row.split('|').map((cell) => cell.trim());
      const orNull = (text: string): string | null => (text === '-' ? null : text);
      return [state, { phase, target: orNull(target), task: orNull(task), marks: marks.split(' ') }];
    }),
);

const out = { maintenance: false };
const within = (question: (state: ProvisionState) => boolean): ProvisionState[] => provisionStates.filter(question);

describe('the facts of a state', () => {
  it('are expected for every state', () => {
    expect([...rows.keys()].sort()).toEqual([...provisionStates].sort());
  });

  it.each(provisionStates)('%s', (state) => {
    const row = rows.get(state);
    const has = (mark: string): boolean => row?.marks.includes(mark) === true;
    expect(stateFacts[state].phase).toBe(row?.phase);
    expect(stateFacts[state].target).toBe(row?.target);
    expect(taskOf(state)).toBe(row?.task);
    expect(ask.isStable(state)).toBe(row?.phase === 'stable');
    expect(isStableState(state)).toBe(row?.phase === 'stable');
    expect(ask.isWorking(state)).toBe(row?.phase === 'working');
    expect(ask.isWaiting(state)).toBe(row?.phase === 'waiting');
    expect(ask.isHeld(state)).toBe(row?.phase === 'held');
    expect(ask.isFailure(state)).toBe(row?.phase === 'failed');
    expect(ask.keepsLastErrorOnPowerAction(state)).toBe(row?.phase === 'failed');
    expect(ask.mayUpdate(state, 'active', { version: 38 })).toBe(has('U'));
    expect(ask.mayUpdate(state, null, { version: 38 })).toBe(true);
    expect(ask.mayLookup(state)).toBe(has('L'));
    expect(ask.mayLookup(state, { fastTrack: true })).toBe(has('L') || has('F'));
    expect(ask.heartbeatAction(state)).toBe(has('R') ? 'resume' : has('B') ? 'record' : 'ignore');
    expect(ask.heartbeatAction(state, { fastTrack: true }) === 'record').toBe(has('B') || has('b'));
    expect(ask.mayDeleteNode(state, out)).toBe(has('D') || has('d'));
    expect(ask.mayDeleteNode(state, { ...out, allowDeletingAvailable: false })).toBe(has('D'));
    expect(ask.mayDeleteNode(state, { maintenance: true, allowDeletingAvailable: false })).toBe(true);
    expect(ask.mayChangeInterfaces(state, out)).toBe(has('I'));
    expect(ask.mayChangeInterfaces(state, { maintenance: true })).toBe(true);
    expect(ask.mayChangeResourceClass(state)).toBe(has('I'));
    expect(ask.mayReleaseAllocation(state, out)).toBe(has('I'));
    expect(ask.mayChangePower(state)).toBe(!has('P'));
  });

  it('make up the lists of the reference', () => {
    expect(within(ask.isUnstable).sort()).toEqual(
      [
        'adopting',
        'clean wait',
        'cleaning',
        'deleting',
        'deploying',
        'inspect wait',
        'inspecting',
        'rescue wait',
        'rescuing',
        'service wait',
        'servicing',
        'unrescuing',
        'verifying',
        'wait call-back',
      ].sort(),
    );
    expect(within(ask.failsWhenAbandoned)).toEqual(within(ask.isWorking));
    expect(within((state) => !ask.mayComparePower(state))).toEqual([
      'enroll',
      'clean wait',
      'wait call-back',
      'adopt failed',
    ]);
    expect(within(ask.mayProtect)).toEqual(['active', 'rescue']);
    expect(within((state) => !ask.mayRetire(state))).toEqual(['available']);
    expect(within((state) => ask.mayReceiveInspectionData(state))).toEqual(['inspect wait']);
    expect(within((state) => ask.mayReceiveInspectionData(state, { discovery: true }))).toEqual([
      'enroll',
      'inspect wait',
    ]);
    expect(within(ask.mayAllocate)).toEqual(['available']);
    expect(within(ask.mayBackfillAllocation)).toEqual(['active']);
    expect(within(ask.isDeployed)).toEqual(['active']);
    expect(within((state) => !ask.mayChangeOwner(state))).toEqual(['active']);
    expect(within((state) => !ask.mayChangeBootMode(state))).toEqual(within(ask.isUnstable));
    expect(within((state) => ask.mayIntrospect(state))).toEqual([
      'enroll',
      'manageable',
      'inspecting',
      'inspect wait',
      'inspect failed',
    ]);
    expect(ask.mayIntrospect('active', { permitActive: true })).toBe(true);
    expect(ask.deletableStates()).toEqual(['manageable', 'enroll', 'adopt failed', 'available']);
    expect(ask.deletableStates({ allowDeletingAvailable: false })).toEqual(['manageable', 'enroll', 'adopt failed']);
    expect(within((state) => ask.mayDeleteVolumeWhilePoweredOn(state))).toEqual([
      'enroll',
      'manageable',
      'adopt failed',
    ]);
    expect(within((state) => ask.mayChangePortConnection(state, out))).toEqual([
      'enroll',
      'manageable',
      'inspecting',
      'inspect wait',
    ]);
    expect(within(ask.heartbeatExtendsTimeout)).toEqual(['clean wait', 'wait call-back', 'service wait']);
    expect(within(ask.needsRescueCleanUp)).toEqual(['rescue wait', 'rescue failed', 'rescue', 'unrescue failed']);
    expect(within((state) => ask.concurrencyLimitOf(state) === 'deploy')).toEqual(['deploying', 'wait call-back']);
    expect(within((state) => ask.concurrencyLimitOf(state) === 'clean')).toEqual([
      'cleaning',
      'clean wait',
      'deleting',
    ]);
  });
});

describe('requests', () => {
  it('refuse a patch while inspecting since 1.39', () => {
    expect(ask.mayUpdate('inspecting', 'manageable', { version: 38 })).toBe(true);
    expect(ask.mayUpdate('inspecting', 'manageable', { version: 39 })).toBe(false);
    expect(ask.mayUpdate('inspect wait', 'manageable', { version: 39 })).toBe(true);
    expect(ask.mayUpdatePort('inspecting', { version: 39 })).toBe(false);
  });

  it('let a node in maintenance give up its instance at any time', () => {
    const request = { version: 115, releasesInstanceInMaintenance: true };
    expect(within((state) => ask.mayUpdate(state, 'active', request))).toEqual([...provisionStates]);
  });

  it('show old clients the states that they know', () => {
    expect(ask.presentedState('available', 1)).toBeNull();
    expect(ask.presentedState('available', 2)).toBe('available');
    expect(ask.presentedState('inspect wait', 38)).toBe('inspecting');
    expect(ask.presentedState('inspect wait', 39)).toBe('inspect wait');
    expect(ask.initialState(10)).toBe('available');
    expect(ask.initialState(11)).toBe('enroll');
  });

  it('guard MAC addresses and allocations of machines in use', () => {
    expect(ask.mayChangePortAddress('active', { ...out, associated: false })).toBe(false);
    expect(ask.mayChangePortAddress('available', { ...out, associated: true })).toBe(false);
    expect(ask.mayChangePortAddress('available', { ...out, associated: false })).toBe(true);
    expect(ask.mayChangePortAddress('active', { maintenance: true, associated: true })).toBe(true);
    expect(ask.mayDeleteAllocation('active', null, out)).toBe(false);
    expect(ask.mayDeleteAllocation('deploying', 'active', out)).toBe(false);
    expect(ask.mayDeleteAllocation('available', null, out)).toBe(true);
    expect(ask.mayDeleteAllocation('deploying', 'active', { maintenance: true })).toBe(true);
  });

  it.each([
    ['wait call-back', 'record', 'fail'],
    ['clean wait', 'record', 'fail'],
    ['cleaning', 'record', 'record'],
    ['active', 'ignore', 'ignore'],
  ] as const)('hear an agent in %s in maintenance: %s, or %s without provisioning', (state, allowed, refused) => {
    expect(ask.heartbeatAction(state, { maintenance: true })).toBe(allowed);
    expect(ask.heartbeatAction(state, { maintenance: true, allowProvisioningInMaintenance: false })).toBe(refused);
  });
});

describe('transitions', () => {
  it.each([
    ['provide', 'manageable', 'cleaning', 'start'],
    ['deploy', 'deploy failed', 'deploying', 'start'],
    ['done', 'cleaning', 'available', 'end'],
    ['abort', 'clean wait', 'clean failed', 'end'],
    ['hold', 'cleaning', 'clean hold', 'end'],
    ['wait', 'deploying', 'wait call-back', 'success'],
    ['clean', 'deleting', 'cleaning', 'success'],
    ['manage', 'available', 'manageable', 'success'],
    ['fail', 'deploying', 'deploy failed', 'error'],
    ['fail', 'verifying', 'enroll', 'error'],
  ] as const)('%s from %s to %s is announced as %s', (event, from, to, status) => {
    expect(ask.provisionNotificationStatus(event, from, to)).toBe(status);
  });

  it('mark the times of an inspection and the end of an instance', () => {
    expect(ask.startsInspection('manageable', 'inspecting')).toBe(true);
    expect(ask.startsInspection('inspect wait', 'inspecting')).toBe(false);
    expect(ask.finishesInspection('inspect wait', 'manageable')).toBe(true);
    expect(ask.finishesInspection('inspect failed', 'manageable')).toBe(false);
    expect(ask.releasesInstance('deleting', 'cleaning')).toBe(true);
    expect(ask.releasesInstance('deleting', 'error')).toBe(true);
    expect(ask.releasesInstance('active', 'deleting')).toBe(false);
  });
});

describe('tasks', () => {
  it.each([
    ['verify', 'verifying', null, null, 'enroll'],
    ['inspect', 'inspecting', 'inspect wait', null, 'inspect failed'],
    ['clean', 'cleaning', 'clean wait', 'clean hold', 'clean failed'],
    ['deploy', 'deploying', 'wait call-back', 'deploy hold', 'deploy failed'],
    ['undeploy', 'deleting', null, null, 'error'],
    ['adopt', 'adopting', null, null, 'adopt failed'],
    ['rescue', 'rescuing', 'rescue wait', null, 'rescue failed'],
    ['unrescue', 'unrescuing', null, null, 'unrescue failed'],
    ['service', 'servicing', 'service wait', 'service hold', 'service failed'],
  ] as const)('%s', (task, work, wait, hold, failed) => {
    expect(taskKinds).toContain(task);
    expect([workStateOf(task), waitStateOf(task), holdStateOf(task), failedStateOf(task)]).toEqual([
      work,
      wait,
      hold,
      failed,
    ]);
  });

  it('give up waiting after half an hour, and never elsewhere', () => {
    expect(within((state) => waitTimeoutOf(state) !== null)).toEqual(within(ask.isWaiting));
    expect(waitTimeoutOf('inspect wait')).toEqual({
      option: 'inspect_wait_timeout',
      seconds: 1800,
      since: 'inspection_started_at',
    });
    expect(waitTimeoutOf('wait call-back')).toMatchObject({ option: 'deploy_callback_timeout', seconds: 1800 });
  });

  it('know the faults of a failed step', () => {
    expect(taskKinds.filter((task) => faultOfFailedStep(task) !== null)).toEqual(['clean', 'service']);
    expect(faultOfFailedAbort('rescue')).toBe('rescue abort failure');
    expect(isFault('power failure')).toBe(true);
    expect(isFault('hunger')).toBe(false);
  });
});
