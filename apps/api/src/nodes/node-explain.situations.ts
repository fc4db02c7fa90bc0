import type { Fault, ProvisionState } from '@bessemer/lifecycle';
import { isFailure, isFault, isHeld, isWaiting, stateFacts, verbsAllowedIn } from '@bessemer/lifecycle';
import type { Surroundings } from './node-explain.repository.js';
import { type NodeRow, stateOf } from './node-row.js';

/** What a node may do or wait for, the weightiest first. */
export type SituationKind =
  | 'call'
  | 'borrowed'
  | 'power'
  | 'no-conductor'
  | 'parked-reports'
  | 'interrupted'
  | 'accepted'
  | 'queued'
  | 'cleans-up'
  | 'running'
  | 'waits-for-agent'
  | 'waits-for-machine'
  | 'held'
  | 'fault'
  | 'failed'
  | 'maintenance'
  | 'last-error'
  | 'allocated'
  | 'idle';

/** One thing that a node does or waits for, in sentences for an operator. */
export interface Situation {
  readonly situation: SituationKind;
  readonly reason: string;
  readonly since: Date | null;
  /** When it ends by itself; null when nothing ends it. */
  readonly deadline: Date | null;
  readonly remedy: string;
}

type Explainer = (node: NodeRow, around: Surroundings) => Situation | null;

const callLeaseMs = 75_000;
const takeOver = 'Nothing has to be done: another conductor takes the work over within seconds.';

const verbsOf = (node: NodeRow): string => {
  const verbs = verbsAllowedIn(stateOf(node));
  return verbs.length === 0 ? 'no verb' : verbs.map((verb) => `"${verb}"`).join(', ');
};

/** The verbs of the list that the node takes now. */
const canStop = (node: NodeRow): string => {
  const taken: readonly string[] = verbsAllowedIn(stateOf(node));
  const stopping = ['abort', 'deleted'].filter((verb) => taken.includes(verb)).map((verb) => `"${verb}"`);
  return stopping.length === 0 ? 'It ends by itself' : `Ask for ${stopping.join(' or ')} to end it`;
};

const groupOf = ({ conductor_group: group, driver }: NodeRow): string =>
  `conductor of ${group === '' ? 'the group without a name' : `the group "${group}"`} that serves the hardware type "${driver}"`;

const call: Explainer = (node) =>
  node.call === null
    ? null
    : {
        situation: 'call',
        reason: `A call to the machine that ${node.reservation ?? 'the api'} makes holds the node.`,
        since: node.call_until === null ? null : new Date(node.call_until.getTime() - callLeaseMs),
        deadline: node.call_until,
        remedy: 'Wait: the call ends the hold. If whoever made it has died, the hold ends at the deadline.',
      };

const borrowed: Explainer = (node) =>
  node.borrower === null
    ? null
    : {
        situation: 'borrowed',
        reason: `The work on node ${node.borrower} includes this node, which is its ${node.parent_node === node.borrower ? 'child' : 'parent'}.`,
        since: node.updated_at,
        deadline: null,
        remedy: `Wait: it ends with that step of the other node; GET /v1/nodes/${node.borrower}/explain shows how it stands.`,
      };

const power: Explainer = (node) =>
  node.power_task === null
    ? null
    : {
        situation: 'power',
        reason:
          `The machine is being switched to "${String(node.target_power_state)}". ${node.power_reason ?? ''}`.trim(),
        since: node.power_since,
        deadline: node.power_deadline,
        remedy:
          'Wait: the change ends with the new power state, or with last_error set. If it lasts, see whether the BMC answers.',
      };

const noConductor: Explainer = (node, { isServed }) =>
  isServed
    ? null
    : {
        situation: 'no-conductor',
        reason:
          node.task === null && node.power_task === null
            ? `No ${groupOf(node)} is alive: verbs, power changes and calls are refused with 503.`
            : `No ${groupOf(node)} is alive: nobody goes on with the work on the node.`,
        since: node.task_since ?? node.power_since,
        deadline: null,
        remedy:
          'Start such a conductor, or change conductor_group or driver of the node; GET /v1/conductors shows who is there.',
      };

const parked: Explainer = (_, { parkedSince }) =>
  parkedSince === null
    ? null
    : {
        situation: 'parked-reports',
        reason: 'Reports of the work on the node have come that wait for an earlier one, which is missing.',
        since: parkedSince,
        deadline: null,
        remedy:
          'Wait: the missing report is published until it has come. If it does not come in minutes, look at "./bessemer dead-letters" and whether NATS answers the conductor.',
      };

const interrupted: Explainer = (node, { isHolderAlive, holderHeardAt, isServed }) =>
  isHolderAlive || node.reservation === null || node.call !== null
    ? null
    : {
        situation: 'interrupted',
        reason: `The conductor ${node.reservation}, which works on the node, has not been heard of for a minute.`,
        since: holderHeardAt,
        deadline: null,
        remedy: isServed ? takeOver : `Start ${node.reservation} again, or another ${groupOf(node)}.`,
      };

/** What the task does; null for a node that has none. */
const task: Explainer = (node) => {
  if (node.task === null) return null;
  const state = stateOf(node);
  const place = { since: node.task_since, deadline: node.task_deadline };
  if (isWaiting(state) && node.task_waits_for === 'time')
    return { situation: 'waits-for-machine', ...place, ...waitingForTime(node) };
  if (isWaiting(state)) return { situation: 'waits-for-agent', ...place, ...waitingFor(node) };
  if (isHeld(state))
    return {
      situation: 'held',
      ...place,
      reason: node.task_reason ?? 'A hold step has stopped the work.',
      remedy: `Ask for "unhold" to go on. ${canStop(node)}.`,
    };
  if (node.task_owner === null)
    return {
      situation: 'accepted',
      ...place,
      reason: node.task_reason ?? 'Accepted; waits for a conductor.',
      remedy:
        'Wait: a conductor takes the work, usually at once. If none does, see whether NATS answers and what conductors log.',
    };
  return { ...place, ...working(node, state) };
};

const abortAfter = (node: NodeRow): string => (node.abort_after ? ' An abort follows the end of the step.' : '');

function waitingForTime(node: NodeRow): Pick<Situation, 'reason' | 'remedy'> {
  return {
    reason: `${node.task_reason ?? 'Waits for the machine.'}${abortAfter(node)}`,
    remedy: `Wait: a conductor looks at the machine again and again until the deadline. If nothing comes of it, see the console of the machine and the event log of its BMC. ${canStop(node)}.`,
  };
}

function waitingFor(node: NodeRow): Pick<Situation, 'reason' | 'remedy'> {
  const heard = node.driver_internal_info['agent_last_heartbeat'];
  const agent =
    typeof heard === 'string' ? ` Its agent was heard of last at ${heard}.` : ' Its agent was not heard of yet.';
  const reason = `${node.task_reason ?? 'Waits for its agent.'}${abortAfter(node)}`;
  const stop = `${canStop(node)}.`;
  if (node.maintenance)
    return {
      reason: `${reason} In maintenance heartbeats do not take it further.`,
      remedy: `Take the node out of maintenance.${agent} ${stop}`,
    };
  return {
    reason,
    remedy: `Wait for the agent; if it stays silent, see on the console of the machine whether it boots from the network and reaches the API.${agent} ${stop}`,
  };
}

function working(node: NodeRow, state: ProvisionState): Pick<Situation, 'situation' | 'reason' | 'remedy'> {
  const reason = node.task_reason ?? 'Works.';
  if (isFailure(state) || node.task_ending !== null)
    return {
      situation: 'cleans-up',
      reason,
      remedy: 'Wait: verbs are taken again when what the ended work left behind is cleared away.',
    };
  if (node.reservation === null)
    return {
      situation: 'queued',
      reason,
      remedy: 'Wait for its turn, or start more conductors, or let them do more at once.',
    };
  return {
    situation: 'running',
    reason,
    remedy: node.abort_after
      ? 'Wait: the abort that was asked for follows the end of the step, which cannot be cut short.'
      : 'Wait: verbs are taken again when the step ends or waits.',
  };
}

const faultRemedies: Readonly<Record<Fault, string>> = {
  'power failure': 'Mend the way to the BMC or its credentials, then take the node out of maintenance.',
  'clean failure': 'Mend the cause, take the node out of maintenance, then ask for "manage" and "provide".',
  'rescue abort failure': 'Mend the cause, take the node out of maintenance, then ask for "unrescue" or "deleted".',
  'service failure': 'Mend the cause, take the node out of maintenance, then ask for "service" or "abort".',
};

const maintenance: Explainer = (node) => {
  if (!node.maintenance) return null;
  const place = { since: node.maintenance_since ?? node.updated_at ?? node.created_at, deadline: null };
  const why = node.maintenance_reason === null ? '' : `: ${node.maintenance_reason}`;
  if (isFault(node.fault))
    return {
      situation: 'fault',
      ...place,
      reason: `In maintenance after a ${node.fault}${why}`,
      remedy: faultRemedies[node.fault],
    };
  return {
    situation: 'maintenance',
    ...place,
    reason: `In maintenance${why === '' ? ', no reason was given.' : why}`,
    remedy: 'When the machine is well, DELETE /v1/nodes/{node}/maintenance takes it out.',
  };
};

const error: Explainer = (node) => {
  const hasFailed = isFailure(stateOf(node)) && node.task === null;
  if (!hasFailed && node.last_error === null) return null;
  const told = node.last_error ?? stateFacts[stateOf(node)].meaning;
  return {
    situation: hasFailed ? 'failed' : 'last-error',
    reason: hasFailed ? `The last work on the node has failed: ${told}` : `The last error of the node: ${told}`,
    since: hasFailed ? node.provision_updated_at : node.updated_at,
    deadline: null,
    remedy: `Mend the cause; the node's history tells more. It takes ${verbsOf(node)}.`,
  };
};

const allocated: Explainer = (node, { allocation, allocatedSince }) => {
  if (node.instance_uuid === null || node.task !== null) return null;
  const deployed = stateFacts[stateOf(node)].phase !== 'stable' || !verbsAllowedIn(stateOf(node)).includes('active');
  if (allocation === null || deployed) return null;
  return {
    situation: 'allocated',
    reason: `Held by the allocation ${allocation.name ?? allocation.uuid}; it waits to be deployed.`,
    since: allocatedSince,
    deadline: null,
    remedy: 'Ask for "active" to deploy it, or delete the allocation to give it back.',
  };
};

const idle = (node: NodeRow): Situation => ({
  situation: 'idle',
  reason: `Nothing is under way. ${stateFacts[stateOf(node)].meaning}`,
  since: node.provision_updated_at ?? node.created_at,
  deadline: null,
  remedy: `Nothing has to be done. The node takes ${verbsOf(node)}.`,
});

/** In this order: what stands in the way of everything else comes first. */
const explainers: readonly Explainer[] = [
  noConductor,
  call,
  borrowed,
  power,
  parked,
  interrupted,
  task,
  maintenance,
  error,
  allocated,
];

/**
 * All that a node does or waits for, the weightiest first; never empty.
 *
 * @param around what is known of conductors, reports and allocations
 */
export function situationsOf(node: NodeRow, around: Surroundings): readonly [Situation, ...Situation[]] {
  const found = explainers.flatMap((explain) => explain(node, around) ?? []);
  const [first, ...rest] = found;
  return first === undefined ? [idle(node)] : [first, ...rest];
}
