import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { heartbeatAction, heartbeatExtendsTimeout } from '@bessemer/lifecycle';
import { tokenMatches } from '@bessemer/secrets';
import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { shorten } from '../records/values.js';
import { inTransaction } from '../records/write.js';
import { TaskStart } from '../tasks/task-start.js';

/** Whether agents must be called back over https unless their address is loopback (the injection token of it). */
export const AGENT_REQUIRE_TLS = Symbol('AGENT_REQUIRE_TLS');

/** Fields of a heartbeat, and since when they are known: part of the one table of versions (reference: agent.md §3). */
const fields: Readonly<Record<string, number>> = {
  callback_url: 22,
  agent_version: 36,
  agent_token: 22,
  agent_verify_ca: 68,
  agent_status: 72,
  agent_status_message: 72,
};
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
  const given = body ?? {};
  if (!isJsonObject(given)) throw invalid(`${shorten(given)} is not of type 'object'`);
  const texts: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(given)) {
    const since = fields[name];
    if (since === undefined) throw invalid(`Unexpected arguments: ${shorten(name)}`, name);
    if (minor < since) throw invalid(`Field "${name}" not recognised in this version`, name);
    if (value !== null && typeof value !== 'string')
      throw invalid(`Expected string for ${name}: ${shorten(value)}`, name);
    texts[name] = value;
  }
  const url = texts['callback_url'];
  if (url === undefined || url === null) throw invalid('Missing mandatory parameter: callback_url', 'callback_url');
  return {
    callback_url: url,
    agent_token: texts['agent_token'] ?? null,
    agent_version: texts['agent_version'] ?? null,
    agent_verify_ca: texts['agent_verify_ca'] ?? null,
    agent_status: texts['agent_status'] ?? null,
    agent_status_message: texts['agent_status_message'] ?? null,
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

/** Heartbeats of agents: who they are is proved by their token; a wrong one changes nothing. */
@Injectable()
export class HeartbeatService {
  constructor(
    private readonly database: Database,
    private readonly lookup: NodeLookup,
    private readonly nodes: NodesRepository,
    private readonly start: TaskStart,
    @Inject(AGENT_REQUIRE_TLS) private readonly requireTls: boolean,
  ) {}

  /** Takes a heartbeat, in the order of checks that agents know (reference: agent.md §3). */
  async beat(ident: string, body: unknown, context: RequestContext): Promise<void> {
    const beat = read(body, context.minor);
    const found = await this.lookup.require(ident, context);
    requireCallback(beat.callback_url, false);
    if (beat.agent_token === null || beat.agent_token === '')
      throw invalid('Agent token is required for heartbeat processing.', 'agent_token');
    if (beat.agent_status !== null && !statuses.includes(beat.agent_status))
      throw invalid(`Agent status is invalid. Valid states are ${statuses.join(',')}.`, 'agent_status');
    if (beat.agent_version === null && beat.agent_status === null)
      throw invalid('Agent did not transmit a version, and a version is required.', 'agent_version');
    const token = beat.agent_token;
    await inTransaction(this.database, async (tx) => {
      const node = await this.nodes.lock(tx, found.uuid);
      this.requireAgent(node, beat, token);
      const action = heartbeatAction(stateOf(node), { maintenance: node.maintenance });
      if (action === 'ignore') return;
      const changed = await this.nodes.update(tx, node, {
        driver_internal_info: { ...node.driver_internal_info, ...agentInfo(beat) },
        ...(action === 'resume' && heartbeatExtendsTimeout(stateOf(node)) ? { provision_updated_at: new Date() } : {}),
      });
      // A task that still works is told too: the beat may be the one that it is about to wait for.
      const isHeard = action === 'resume' || (action === 'record' && !node.maintenance);
      if (!isHeard || changed.task === null || changed.agent_token === null) return;
      await this.start.signal(tx, changed, {
        task: changed.task,
        kind: 'heartbeat',
        epoch: changed.epoch,
        data: {
          callback_url: beat.callback_url,
          agent_version: beat.agent_version,
          agent_verify_ca: beat.agent_verify_ca,
          agent_token: changed.agent_token as JsonObject,
        },
      });
    });
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
