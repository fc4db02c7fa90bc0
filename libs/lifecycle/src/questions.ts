/**
 * The named questions that the rest of Bessemer asks about a provision state instead of comparing it.
 *
 * API versions are minor numbers throughout: 39 stands for 1.39.
 */
import type { LifecycleEvent } from './events.js';
import { type ProvisionState, type StableState, stateFacts } from './states.js';

type States = ReadonlySet<ProvisionState>;

const updatable: States = new Set([
  'verifying',
  'error',
  'deploy failed',
  'clean failed',
  'inspecting',
  'inspect wait',
  'inspect failed',
  'adopt failed',
  'rescue failed',
  'unrescue failed',
  'service failed',
  'service hold',
]);

const deletable: readonly ProvisionState[] = ['manageable', 'enroll', 'adopt failed'];

const reconfigurable: States = new Set(['enroll', 'inspecting', 'inspect wait', 'manageable', 'available']);

const lookedUp: States = new Set([
  'deploying',
  'wait call-back',
  'cleaning',
  'clean wait',
  'inspecting',
  'inspect wait',
  'rescuing',
  'rescue wait',
  'service wait',
]);

const lookedUpFast: States = new Set(['enroll', 'manageable', 'available', 'servicing', 'service hold']);

const heardAndResumed: States = new Set(['wait call-back', 'clean wait', 'service wait', 'rescue wait']);

const heardAndRecorded: States = new Set([
  'deploying',
  'cleaning',
  'rescuing',
  'deploy hold',
  'clean hold',
  'servicing',
  'service hold',
]);

const heardWhenFast: States = new Set(['enroll', 'manageable', 'available']);

/** Whether a node rests in the state, without a target. */
export const isStable = (state: ProvisionState): state is StableState => stateFacts[state].phase === 'stable';

/** Whether the state is a passing one (working or waiting); boot mode and secure boot are refused there. */
export const isUnstable = (state: ProvisionState): boolean => isWorking(state) || isWaiting(state);

/** Whether a task runs on the node. */
export const isWorking = (state: ProvisionState): boolean => stateFacts[state].phase === 'working';

/** Whether a task waits for an agent or a call-back, without a conductor. */
export const isWaiting = (state: ProvisionState): boolean => stateFacts[state].phase === 'waiting';

/** Whether a task is stopped until `unhold`. */
export const isHeld = (state: ProvisionState): boolean => stateFacts[state].phase === 'held';

/** Whether the last task ended badly; a power action does not wipe `last_error` there. */
export const isFailure = (state: ProvisionState): boolean => stateFacts[state].phase === 'failed';

/** Whether a power action keeps the node's `last_error` instead of clearing it. */
export const keepsLastErrorOnPowerAction = (state: ProvisionState): boolean => isFailure(state);

/** Whether the state is failed at once when nobody works on the node any more, with the event `fail`. */
export const failsWhenAbandoned = (state: ProvisionState): boolean => isWorking(state);

/** Whether an instance runs on the node: sensors are read, and a conductor that becomes its owner takes over. */
export const isDeployed = (state: ProvisionState): boolean => state === 'active';

/** Whether the node's hardware is being inspected now. */
export const isUnderInspection = (state: ProvisionState): boolean => state === 'inspecting' || state === 'inspect wait';

/**
 * Whether a PATCH of the node is let through (the gate of API reference §2.2).
 *
 * @param state the node's `provision_state`
 * @param target its `target_provision_state`
 * @param request the API version; `releasesInstanceInMaintenance`: the patch removes `instance_uuid` and nothing else, on a node in maintenance
 */
export function mayUpdate(
  state: ProvisionState,
  target: ProvisionState | null,
  request: { readonly version: number; readonly releasesInstanceInMaintenance?: boolean },
): boolean {
  if (request.releasesInstanceInMaintenance === true) return true;
  if (target !== null && !updatable.has(state)) return false;
  return mayUpdatePort(state, request);
}

/** Whether a port may be patched at the API version: since 1.39 not while its node is `inspecting`. */
export const mayUpdatePort = (state: ProvisionState, request: { readonly version: number }): boolean =>
  !(state === 'inspecting' && request.version >= 39);

/** The states in which a node may be deleted out of maintenance, in the order in which a refusal names them. */
export const deletableStates = (settings: { readonly allowDeletingAvailable?: boolean } = {}): ProvisionState[] =>
  (settings.allowDeletingAvailable ?? true) ? [...deletable, 'available'] : [...deletable];

/** Whether the node may be deleted: in maintenance always, else in {@link deletableStates}. */
export const mayDeleteNode = (
  state: ProvisionState,
  options: { readonly maintenance: boolean; readonly allowDeletingAvailable?: boolean },
): boolean => options.maintenance || deletableStates(options).includes(state);

/** Whether a ramdisk may look the node up; with fast track an agent may also be kept running on an idle node. */
export const mayLookup = (state: ProvisionState, options: { readonly fastTrack?: boolean } = {}): boolean =>
  lookedUp.has(state) || (options.fastTrack === true && lookedUpFast.has(state));

/** Whether inspection data is taken: in `inspect wait`, with discovery also for an enrolled node. */
export const mayReceiveInspectionData = (
  state: ProvisionState,
  options: { readonly discovery?: boolean } = {},
): boolean => state === 'inspect wait' || (options.discovery === true && state === 'enroll');

/** Whether a stand-alone introspection may start; `permitActive` also lets in machines that run an instance. */
export const mayIntrospect = (state: ProvisionState, options: { readonly permitActive?: boolean } = {}): boolean =>
  state === 'enroll' ||
  state === 'manageable' ||
  state === 'inspect failed' ||
  isUnderInspection(state) ||
  (options.permitActive === true && (state === 'active' || state === 'rescue'));

/** What a heartbeat does: keep it, go on with the waiting task, end that task, or nothing. */
export type HeartbeatAction = 'record' | 'resume' | 'fail' | 'ignore';

/**
 * What a heartbeat of the node's agent does (agent reference §3).
 *
 * In maintenance a waiting task does not advance: the beat is recorded, or the task is failed where provisioning in
 * maintenance is switched off. A beat in a state that expects none is ignored there too.
 */
export function heartbeatAction(
  state: ProvisionState,
  options: {
    readonly fastTrack?: boolean;
    readonly maintenance?: boolean;
    readonly allowProvisioningInMaintenance?: boolean;
  } = {},
): HeartbeatAction {
  if (heardAndResumed.has(state)) {
    if (options.maintenance !== true) return 'resume';
    return (options.allowProvisioningInMaintenance ?? true) ? 'record' : 'fail';
  }
  if (heardAndRecorded.has(state)) return 'record';
  return options.fastTrack === true && heardWhenFast.has(state) ? 'record' : 'ignore';
}

/** Whether a heartbeat puts off the time-out of the waiting task (it touches `provision_updated_at`). */
export const heartbeatExtendsTimeout = (state: ProvisionState): boolean =>
  heardAndResumed.has(state) && state !== 'rescue wait';

/** Whether a power request is taken; while the node is being cleaned it is refused. */
export const mayChangePower = (state: ProvisionState): boolean => state !== 'cleaning' && state !== 'clean wait';

/** Whether the periodic power comparison looks at the node; who waits, or was never verified, is left alone. */
export const mayComparePower = (state: ProvisionState): boolean =>
  state !== 'wait call-back' && state !== 'clean wait' && state !== 'enroll' && state !== 'adopt failed';

/** Whether boot mode and secure boot may be changed. */
export const mayChangeBootMode = (state: ProvisionState): boolean => !isUnstable(state);

/** Whether the node's driver interfaces may be changed. */
export const mayChangeInterfaces = (state: ProvisionState, options: { readonly maintenance: boolean }): boolean =>
  options.maintenance || reconfigurable.has(state);

/** Whether a resource class that is already set may be changed; maintenance makes no difference. */
export const mayChangeResourceClass = (state: ProvisionState): boolean => reconfigurable.has(state);

/** Whether an allocation may be parted from the node by clearing its `instance_uuid`. */
export const mayReleaseAllocation = (state: ProvisionState, options: { readonly maintenance: boolean }): boolean =>
  options.maintenance || reconfigurable.has(state);

/** Whether the allocation of a node may be deleted: not of one that is active or on its way. */
export const mayDeleteAllocation = (
  state: ProvisionState,
  target: ProvisionState | null,
  options: { readonly maintenance: boolean },
): boolean => options.maintenance || (state !== 'active' && (target === null || updatable.has(state)));

/** Whether the node may be given to an allocation. */
export const mayAllocate = (state: ProvisionState): boolean => state === 'available';

/** Whether an allocation may be made afterwards for the node as it is. */
export const mayBackfillAllocation = (state: ProvisionState): boolean => state === 'active';

/** Whether the node's owner may be changed. */
export const mayChangeOwner = (state: ProvisionState): boolean => state !== 'active';

/** Whether the node may become protected. */
export const mayProtect = (state: ProvisionState): boolean => state === 'active' || state === 'rescue';

/** Whether the node may become retired. */
export const mayRetire = (state: ProvisionState): boolean => state !== 'available';

/** Whether a port's connection (port group, PXE flag, link, physical network) may be changed. */
export const mayChangePortConnection = (state: ProvisionState, options: { readonly maintenance: boolean }): boolean =>
  options.maintenance || (reconfigurable.has(state) && state !== 'available');

/** Whether a port's MAC address may be changed: not under an instance. */
export const mayChangePortAddress = (
  state: ProvisionState,
  options: { readonly maintenance: boolean; readonly associated: boolean },
): boolean => options.maintenance || (state !== 'active' && !options.associated);

/** Whether volume connectors and targets may be deleted while the node is powered on. */
export const mayDeleteVolumeWhilePoweredOn = (state: ProvisionState): boolean => deletable.includes(state);

/** The state of a node created at the API version: `available` before 1.11. */
export const initialState = (version: number): StableState => (version >= 11 ? 'enroll' : 'available');

/** The state as a client of the API version knows it: `available` is null before 1.2, `inspect wait` new in 1.39. */
export function presentedState(state: ProvisionState, version: number): ProvisionState | null {
  if (state === 'available' && version < 2) return null;
  if (state === 'inspect wait' && version < 39) return 'inspecting';
  return state;
}

/** The limit that the node counts against: `deploy` for max_concurrent_deploy, `clean` for max_concurrent_clean. */
export function concurrencyLimitOf(state: ProvisionState): 'deploy' | 'clean' | null {
  if (state === 'deploying' || state === 'wait call-back') return 'deploy';
  return state === 'deleting' || state === 'cleaning' || state === 'clean wait' ? 'clean' : null;
}

/** Whether an undeploy that begins in the state must first clear the rescue ramdisk away. */
export const needsRescueCleanUp = (state: ProvisionState): boolean =>
  state === 'rescue' || state === 'rescue wait' || state === 'rescue failed' || state === 'unrescue failed';

/** Whether the transition ends an undeploy, so that the record lets go of its instance, however it ended. */
export const releasesInstance = (from: ProvisionState, to: ProvisionState): boolean =>
  from === 'deleting' && to !== 'deleting';

/** Whether the transition sets `inspection_started_at`. */
export const startsInspection = (from: ProvisionState, to: ProvisionState): boolean =>
  to === 'inspecting' && !isUnderInspection(from);

/** Whether the transition sets `inspection_finished_at`. */
export const finishesInspection = (from: ProvisionState, to: ProvisionState): boolean =>
  isUnderInspection(from) && to === 'manageable';

/** The last part of a `provision_set` notification's name. */
export type NotificationStatus = 'start' | 'end' | 'error' | 'success';

/** The status of the notification that tells of a transition (conductor reference §6). */
export function provisionNotificationStatus(
  event: LifecycleEvent,
  from: ProvisionState,
  to: ProvisionState,
): NotificationStatus {
  if (event === 'fail') return 'error';
  if (isUnstable(from) === isUnstable(to)) return 'success';
  return isUnstable(to) ? 'start' : 'end';
}
