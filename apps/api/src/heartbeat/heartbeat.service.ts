import type { OutboxMessage } from '@bessemer/bus';
import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { heartbeatAction, heartbeatExtendsTimeout } from '@bessemer/lifecycle';
import { tokenMatches } from '@bessemer/secrets';
import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeChanges } from '../nodes/node-changes.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import { TaskStart } from '../tasks/task-start.js';
import { heartbeatMembers } from '../versions/heartbeat-members.js';
import { readMembers } from '../versions/members.js';

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

function requireCallback(url: string, requireTls: boolean): void {
  if (!URL.canParse(url) || !/^https?:\/\//i.test(url))
    throw invalid('The callback_url has neither the scheme http nor https.', 'callback_url');
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') throw invalid('The callback_url may not hold credentials.', 'callback_url');
  if (requireTls && protocol !== 'https:' && !isLoopback(hostname))
    throw invalid(
      'TLS is required for the callback_url: it must be https unless the address is loopback.',
      'callback_url',
    );
}

/** Checks what every heartbeat has and returns its token. */
function requireComplete(beat: Heartbeat): string {
  requireCallback(beat.callback_url, false);
  if (beat.agent_token === null || beat.agent_token === '')
    throw invalid('Agent token is required for heartbeat processing.', 'agent_token');
  if (beat.agent_status !== null && !statuses.includes(beat.agent_status))
    throw invalid(`Agent status is invalid. Valid states are ${statuses.join(',')}.`, 'agent_status');
  if (beat.agent_version === null && beat.agent_status === null)
    throw invalid('Agent did not transmit a version, and a version is required.', 'agent_version');
  return beat.agent_token;
}

/** Heartbeats of agents: who they are is proved by their token; a wrong one changes nothing. */
@Injectable()
export class HeartbeatService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly changes: NodeChanges,
    private readonly start: TaskStart,
    @Inject(AGENT_REQUIRE_TLS) private readonly requireTls: boolean,
  ) {}

  /** Takes a heartbeat, in the order of checks that agents know (reference: agent.md §3). */
  async beat(ident: string, body: unknown, context: RequestContext): Promise<void> {
    const beat = read(body, context.minor);
    const uuid = await this.lookup.uuidOf(ident, context);
    await this.changes.changeRow(uuid, async (node) => {
      this.requireAgent(node, beat, requireComplete(beat));
      const action = heartbeatAction(stateOf(node), { maintenance: node.maintenance });
      if (action === 'ignore') return null;
      // A task that still works is told too: the beat may be the one that it is about to wait for.
      const isHeard = action === 'resume' || (action === 'record' && !node.maintenance);
      return {
        changes: {
          driver_internal_info: { ...node.driver_internal_info, ...agentInfo(beat) },
          ...(action === 'resume' && heartbeatExtendsTimeout(stateOf(node))
            ? { provision_updated_at: new Date() }
            : {}),
        },
        messages: (after) => (isHeard ? this.signalsOf(after, beat) : []),
      };
    });
  }

  private signalsOf(node: NodeRow, beat: Heartbeat): OutboxMessage[] {
    if (node.task === null || node.agent_token === null) return [];
    const { callback_url, agent_version, agent_verify_ca } = beat;
    const data = { callback_url, agent_version, agent_verify_ca, agent_token: node.agent_token as JsonObject };
    return [this.start.signalOf(node, { task: node.task, kind: 'heartbeat', epoch: node.epoch, data })];
  }

  private requireAgent(node: NodeRow, beat: Heartbeat, token: string): void {
    if (node.agent_token_digest === null || !tokenMatches(token, node.agent_token_digest))
      throw invalid('Invalid or missing agent token received.', 'agent_token');
    requireCallback(beat.callback_url, this.requireTls);
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
}

const agentInfo = (beat: Heartbeat): JsonObject => ({
  agent_url: beat.callback_url,
  agent_last_heartbeat: new Date().toISOString().replace('Z', ''),
  ...(beat.agent_version === null ? {} : { agent_version: beat.agent_version }),
  ...(beat.agent_verify_ca === null ? {} : { agent_verify_ca: beat.agent_verify_ca }),
  ...(beat.agent_status === null ? {} : { agent_status: beat.agent_status }),
  ...(beat.agent_status_message === null ? {} : { agent_status_message: beat.agent_status_message }),
});
