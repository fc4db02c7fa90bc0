import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { type HeartbeatAction, heartbeatAction, heartbeatExtendsTimeout } from '@bessemer/lifecycle';
import { tokenDigest, tokenMatches } from '@bessemer/secrets';
import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeChanges } from '../nodes/node-changes.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { stateOf } from '../nodes/node-row.js';
import { nodeNotFound } from '../nodes/nodes.repository.js';
import { Gatherer } from '../records/gatherer.js';
import { type TaskSignal, TaskStart } from '../tasks/task-start.js';
import { heartbeatMembers } from '../versions/heartbeat-members.js';
import { readMembers } from '../versions/members.js';
import {
  type HeardNode,
  HeartbeatRepository,
  heardNow,
  type NodeOfAgent,
  type StateOfAgent,
  type SteadyBeat,
} from './heartbeat.repository.js';
import { HeartbeatSignals } from './heartbeat-signals.js';

/** Whether agents must be called back over https unless their address is loopback (the injection token of it). */
export const AGENT_REQUIRE_TLS = Symbol('AGENT_REQUIRE_TLS');

const statuses = ['start', 'end', 'error'];

interface Heartbeat {
  readonly callback_url: string;
  readonly agent_token: string | null;
  readonly agent_version: string | null;
  readonly agent_verify_ca: string | null;
  readonly agent_status: string | null;
  readonly agent_status_message: string | null;
}

const invalid = (message: string, field?: string): BessemerError => new BessemerError('invalid', message, { field });

function read(body: unknown, minor: number): Heartbeat {
  const given = readMembers('heartbeat', heartbeatMembers, body, minor);
  const textOf = (name: string): string | null => (typeof given[name] === 'string' ? given[name] : null);
  return {
    callback_url: textOf('callback_url') ?? '',
    agent_token: textOf('agent_token'),
    agent_version: textOf('agent_version'),
    agent_verify_ca: textOf('agent_verify_ca'),
    agent_status: textOf('agent_status'),
    agent_status_message: textOf('agent_status_message'),
  };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

function requireCallback(url: string): URL {
  const callback = /^https?:\/\//i.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (callback === undefined) throw invalid('The callback_url has neither the scheme http nor https.', 'callback_url');
  if (callback.username !== '' || callback.password !== '')
    throw invalid('The callback_url may not hold credentials.', 'callback_url');
  return callback;
}

/** What every heartbeat has. */
interface Credentials {
  readonly token: string;
  readonly callback: URL;
}

/** Checks what every heartbeat has. */
function requireComplete(beat: Heartbeat): Credentials {
  const callback = requireCallback(beat.callback_url);
  if (beat.agent_token === null || beat.agent_token === '')
    throw invalid('Agent token is required for heartbeat processing.', 'agent_token');
  if (beat.agent_status !== null && !statuses.includes(beat.agent_status))
    throw invalid(`Agent status is invalid. Valid states are ${statuses.join(',')}.`, 'agent_status');
  if (beat.agent_version === null && beat.agent_status === null)
    throw invalid('Agent did not transmit a version, and a version is required.', 'agent_version');
  return { token: beat.agent_token, callback };
}

/** A heartbeat that has come. */
interface Coming {
  readonly uuid: string;
  readonly beat: Heartbeat;
}

/** Beats of one agent that tell the same. */
interface AlikeBeats extends SteadyBeat {
  readonly first: Coming;
  readonly alike: Coming[];
}

/** What is still to be waited for when a beat has been noted with others. */
type Rest = () => Promise<void>;

/**
 * Heartbeats of agents: who they are is proved by their token; a wrong one changes nothing and locks nothing. Those that come at the
 * same time are noted and told together. What may take longer, a record that is locked or a conductor that does not answer, only those
 * wait for that it concerns.
 */
@Injectable()
export class HeartbeatService {
  private readonly together = new Gatherer<Coming, Rest>((coming) => this.takeAll(coming), {
    largest: 48,
    atOnce: 1,
  });

  constructor(
    private readonly lookup: NodeLookup,
    private readonly beats: HeartbeatRepository,
    private readonly signals: HeartbeatSignals,
    private readonly changes: NodeChanges,
    private readonly start: TaskStart,
    @Inject(AGENT_REQUIRE_TLS) private readonly requireTls: boolean,
  ) {}

  /**
   * Takes a heartbeat, in the order of checks that agents know (reference: agent.md §3). It is answered when the task that it is meant
   * for is certain to hear of it.
   */
  async beat(ident: string, body: unknown, context: RequestContext): Promise<void> {
    const beat = read(body, context.minor);
    const rest = await this.together.do({ uuid: await this.lookup.uuidOf(ident, context), beat });
    await rest();
  }

  private async takeAll(all: readonly Coming[]): Promise<(Rest | Error)[]> {
    const noted = await this.noteSteady(all);
    const others = all.filter((coming) => !noted.has(coming));
    const nodes =
      others.length === 0 ? new Map<string, HeardNode>() : await this.beats.read(others.map(({ uuid }) => uuid));
    return all.map((coming) => noted.get(coming) ?? this.judge(coming, nodes.get(coming.uuid)));
  }

  /** Notes and tells the beats that tell nothing new; answers those that were noted. */
  private async noteSteady(all: readonly Coming[]): Promise<Map<Coming, Rest>> {
    const steady = this.steadyIn(all);
    if (steady.size === 0) return new Map();
    const noted = (await this.beats.note([...steady.values()])).flatMap((node) => {
      const beats = steady.get(node.uuid);
      return beats === undefined ? [] : [{ node, beats }];
    });
    const heard = noted.flatMap(({ node, beats: { first } }) => {
      const signal = signalOf(node, first.beat);
      return signal === null ? [] : [{ node, signal }];
    });
    const told = this.signals.tell(heard);
    return new Map(
      noted.flatMap(({ node, beats: { alike } }) =>
        alike.map((coming) => [coming, async () => told.get(node.uuid)] as const),
      ),
    );
  }

  /** The beats that may be of agents that are known, by the node: those of one agent that are alike are one. */
  private steadyIn(all: readonly Coming[]): Map<string, AlikeBeats> {
    const steady = new Map<string, AlikeBeats>();
    for (const coming of all) {
      const digest = this.digestOf(coming.beat);
      if (digest === undefined) continue;
      const { uuid } = coming;
      const info = JSON.stringify(agentInfo(coming.beat));
      const known = steady.get(uuid);
      if (known === undefined) steady.set(uuid, { uuid, digest, info, first: coming, alike: [coming] });
      else if (known.digest === digest && known.info === info) known.alike.push(coming);
    }
    return steady;
  }

  /** The digest of the token of a beat that may be one of an agent that is known; undefined when it is refused whatever is known. */
  private digestOf(beat: Heartbeat): string | undefined {
    try {
      const { token, callback } = requireComplete(beat);
      this.requireSafe(callback);
      return tokenDigest(token);
    } catch (error) {
      if (error instanceof BessemerError) return undefined;
      throw error;
    }
  }

  /** What is to be done about a beat that was not noted. A wrong one is refused at once, also while the record is locked. */
  private judge(coming: Coming, node: HeardNode | undefined): Rest | Error {
    try {
      if (node === undefined) throw nodeNotFound(coming.uuid);
      this.requireAgent(node, coming.beat);
      return isHeeded(node) ? () => this.record(coming) : async () => undefined;
    } catch (error) {
      if (error instanceof BessemerError) return error;
      throw error;
    }
  }

  /** Changes the record by what the beat tells, under its lock. */
  private async record({ uuid, beat }: Coming): Promise<void> {
    await this.changes.changeRow(uuid, async (node) => {
      this.requireAgent(node, beat);
      if (!isHeeded(node)) return null;
      const heard = { agent_last_heartbeat: heardNow() };
      return {
        changes: {
          driver_internal_info: { ...node.driver_internal_info, ...agentInfo(beat), ...heard },
          ...(extendsTimeout(node) ? { provision_updated_at: new Date() } : {}),
        },
        messages: (after) => {
          const signal = signalOf(after, beat);
          return signal === null ? [] : [this.start.signalOf(after, signal)];
        },
      };
    });
  }

  private requireAgent(node: HeardNode, beat: Heartbeat): void {
    const { token, callback } = requireComplete(beat);
    if (node.agent_token_digest === null || !tokenMatches(token, node.agent_token_digest))
      throw invalid('Invalid or missing agent token received.', 'agent_token');
    this.requireSafe(callback);
    const known = node.driver_internal_info['agent_url'];
    if (typeof known === 'string' && known !== beat.callback_url)
      throw invalid('Detected change in the callback_url of a running agent.', 'callback_url');
    const authority = node.driver_internal_info['agent_verify_ca'];
    if (typeof authority === 'string' && authority !== (beat.agent_verify_ca ?? authority))
      throw invalid('Detected change in the certificate of a running agent.', 'agent_verify_ca');
    if (known === undefined && node.reservation !== null)
      throw new BessemerError(
        'node-locked',
        `Node ${node.uuid} is locked by host ${node.reservation}, please retry later.`,
      );
  }

  private requireSafe(callback: URL): void {
    if (this.requireTls && callback.protocol !== 'https:' && !isLoopback(callback.hostname))
      throw invalid(
        'TLS is required for the callback_url: it must be https unless the address is loopback.',
        'callback_url',
      );
  }
}

const actionOf = (node: StateOfAgent): HeartbeatAction =>
  heartbeatAction(stateOf(node), { maintenance: node.maintenance });

const isHeeded = (node: StateOfAgent): boolean => actionOf(node) !== 'ignore';

const extendsTimeout = (node: StateOfAgent): boolean =>
  actionOf(node) === 'resume' && heartbeatExtendsTimeout(stateOf(node));

/** What the node's task is to hear, or null. A task that still works is told too: the beat may be the one that it is about to wait for. */
function signalOf(node: NodeOfAgent, beat: Heartbeat): TaskSignal | null {
  const action = actionOf(node);
  const isHeard = action === 'resume' || (action === 'record' && !node.maintenance);
  if (!isHeard || node.task === null || node.agent_token === null) return null;
  const { callback_url, agent_version, agent_verify_ca } = beat;
  const data = { callback_url, agent_version, agent_verify_ca, agent_token: node.agent_token as JsonObject };
  return { task: node.task, kind: 'heartbeat', epoch: node.epoch, data };
}

/** What a beat tells of its agent, but for the time. */
const agentInfo = (beat: Heartbeat): Record<string, string> => ({
  agent_url: beat.callback_url,
  ...(beat.agent_version === null ? {} : { agent_version: beat.agent_version }),
  ...(beat.agent_verify_ca === null ? {} : { agent_verify_ca: beat.agent_verify_ca }),
  ...(beat.agent_status === null ? {} : { agent_status: beat.agent_status }),
  ...(beat.agent_status_message === null ? {} : { agent_status_message: beat.agent_status_message }),
});
