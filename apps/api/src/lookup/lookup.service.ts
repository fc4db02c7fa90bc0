import { isMacAddress } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { mayLookup } from '@bessemer/lifecycle';
import { generateToken, mask, tokenDigest } from '@bessemer/secrets';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { LOGGER } from '../http/tokens.js';
import { type DecideRow, NodeChanges } from '../nodes/node-changes.js';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import { NodeSecrets } from '../nodes/node-secrets.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { parseUuid } from '../records/values.js';
import { behaves } from '../versions/behaviours.js';
import { newestMinor } from '../versions/version.js';
import { type FoundNode, LookupRepository, lookupSelection } from './lookup.repository.js';

const bmcDetectedOutOfBand = ['redfish', 'idrac-redfish'];

const notFound = (): BessemerError => new BessemerError('not-found', 'Resource could not be found.');

/** What an agent is told of its configuration (reference: agent.md §2); what came after 21.4 only to agents that know it. */
const configOf = (node: FoundNode, token: string | null): object => ({
  metrics: {
    backend: 'noop',
    prepend_host: false,
    prepend_uuid: false,
    prepend_host_reverse: true,
    global_prefix: null,
  },
  metrics_statsd: { statsd_host: 'localhost', statsd_port: 8125 },
  heartbeat_timeout: 300,
  agent_token: token,
  agent_token_required: true,
  disable_deep_image_inspection: false,
  permitted_image_formats: ['raw', 'qcow2', 'iso'],
  enable_bios_bootloader_install: true,
  ...(bmcDetectedOutOfBand.includes(String(node.management_interface)) ? { agent_skip_bmc_detect: true } : {}),
});

/** A token on its way to its agent. */
export interface Handover {
  readonly token: string;
  /** Told when the answer with the token is sent, or will never be. */
  ended(isSent: boolean): Promise<void>;
}

interface GivenToken {
  readonly token: string;
  readonly digest: string;
}

/** So long an answer of another process may be on its way. */
const longestWayMs = 3000;

/** What a look-up is answered; who sends it tells the handover of a token how that went. */
export interface LookupAnswer {
  readonly text: string;
  readonly handover?: Handover;
}

/** Look-ups of ramdisks: which node a machine is, and the token with which its agent proves itself. */
@Injectable()
export class LookupService {
  /** What becomes of tokens in answers of this process, by node, until it is noted that they were sent. */
  private readonly handovers = new Map<string, { readonly digest: string; state: 'on its way' | 'sent' | 'lost' }>();

  constructor(
    private readonly found: LookupRepository,
    private readonly nodes: NodesRepository,
    private readonly changes: NodeChanges,
    private readonly secrets: NodeSecrets,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param query `addresses` (MACs, separated by commas) and `node_uuid` */
  async lookup(query: unknown, context: RequestContext): Promise<LookupAnswer> {
    const { addresses, node_uuid: uuid } = (query ?? {}) as Record<string, unknown>;
    const macs = String(addresses ?? '')
      .split(',')
      .map((address) => address.trim().toLowerCase())
      .filter(isMacAddress);
    const wanted = uuid === undefined || uuid === '' ? undefined : parseUuid(uuid, 'node_uuid');
    if (macs.length === 0 && wanted === undefined)
      throw new BessemerError('invalid', "At least one of 'addresses' and 'node_uuid' parameters is required");
    const wantedNode = { base: context.base, ...(wanted === undefined ? { addresses: macs } : { uuid: wanted }) };
    const found = await this.found.find(wantedNode);
    if (found === null || !mayLookup(stateOf(found))) throw notFound();
    if (!behaves('agent-tokens', context.minor)) return { text: bodyOf(found.item, configOf(found, null)) };
    const handover = found.has_token ? null : await this.handOver(found.uuid);
    if (handover === null) return { text: bodyOf(found.item, configOf(found, mask)) };
    try {
      const item = await this.nodes.render(found.uuid, lookupSelection, { ...context, minor: newestMinor });
      return { text: bodyOf(item, configOf(found, handover.token)), handover };
    } catch (error) {
      await handover.ended(false);
      throw error;
    }
  }

  /**
   * The token is given out once; afterwards only the fact that there is one, for which null stands. An answer that was never sent gives
   * nothing out: its agent would lock itself down and its task wait in vain, so that a later look-up gets another token.
   *
   * @throws `node-locked` while an answer with the token may be on its way; agents ask again then
   */
  private async handOver(uuid: string): Promise<Handover | null> {
    let given: GivenToken | null = null;
    const decide: DecideRow = async (node) => {
      this.forget(uuid, given);
      given = null;
      if (!mayLookup(stateOf(node))) throw notFound();
      if (this.isGiven(node)) return null;
      if (node.reservation !== null)
        throw new BessemerError(
          'node-locked',
          `Node ${uuid} is locked by host ${node.reservation}, please retry later.`,
        );
      const token = generateToken();
      const digest = tokenDigest(token);
      given = { token, digest };
      this.handovers.set(uuid, { digest, state: 'on its way' });
      const changes = {
        agent_token_digest: digest,
        agent_token: { ...this.secrets.sealOne(uuid, 'agent_token', token) },
        agent_token_pending_since: new Date(),
      };
      return { changes, messages: () => [] };
    };
    try {
      await this.changes.changeRow(uuid, decide);
    } catch (error) {
      this.forget(uuid, given);
      throw error;
    }
    return this.handoverOf(uuid, given);
  }

  private handoverOf(uuid: string, given: GivenToken | null): Handover | null {
    if (given === null) return null;
    const ended = async (isSent: boolean): Promise<void> => {
      const handover = this.handovers.get(uuid);
      if (handover?.digest === given.digest) handover.state = isSent ? 'sent' : 'lost';
      if (isSent) await this.noteSent(uuid, given);
    };
    return { token: given.token, ended };
  }

  private async noteSent(uuid: string, given: GivenToken): Promise<void> {
    try {
      await this.found.noteSent(uuid, given.digest);
      this.forget(uuid, given);
    } catch (error) {
      this.logger.warn({ err: error, node: uuid }, 'it could not be noted that the agent of a node was sent its token');
    }
  }

  private forget(uuid: string, given: GivenToken | null): void {
    if (given !== null && this.handovers.get(uuid)?.digest === given.digest) this.handovers.delete(uuid);
  }

  private isGiven(node: NodeRow): boolean {
    const { uuid, agent_token_digest: digest, agent_token_pending_since: pendingSince } = node;
    if (digest === null) return false;
    if (pendingSince === null || node.driver_internal_info['agent_url'] !== undefined) return true;
    const handover = this.handovers.get(uuid);
    const own = handover?.digest === digest ? handover.state : null;
    if (own === 'sent') return true;
    if (own === 'on its way' || (own === null && Date.now() - pendingSince.getTime() < longestWayMs))
      throw new BessemerError('node-locked', `The agent of node ${uuid} is being given its token, please retry later.`);
    return false;
  }
}

const bodyOf = (item: string, config: object): string => `{"node":${item},"config":${JSON.stringify(config)}}`;
