import { isMacAddress } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { mayLookup } from '@bessemer/lifecycle';
import { generateToken, mask, tokenDigest } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeChanges } from '../nodes/node-changes.js';
import { stateOf } from '../nodes/node-row.js';
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

/** Look-ups of ramdisks: which node a machine is, and the token with which its agent proves itself. */
@Injectable()
export class LookupService {
  constructor(
    private readonly found: LookupRepository,
    private readonly nodes: NodesRepository,
    private readonly changes: NodeChanges,
    private readonly secrets: NodeSecrets,
  ) {}

  /** @param query `addresses` (MACs, separated by commas) and `node_uuid` */
  async lookup(query: unknown, context: RequestContext): Promise<string> {
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
    if (!behaves('agent-tokens', context.minor)) return bodyOf(found.item, configOf(found, null));
    if (found.has_token) return bodyOf(found.item, configOf(found, mask));
    const token = await this.tokenOf(found.uuid);
    const item = await this.nodes.render(found.uuid, lookupSelection, { ...context, minor: newestMinor });
    return bodyOf(item, configOf(found, token));
  }

  /** The token is given out once; afterwards only the fact that there is one. */
  private async tokenOf(uuid: string): Promise<string> {
    let given = mask;
    await this.changes.changeRow(uuid, async (node) => {
      given = mask;
      if (!mayLookup(stateOf(node))) throw notFound();
      if (node.agent_token_digest !== null) return null;
      if (node.reservation !== null)
        throw new BessemerError(
          'node-locked',
          `Node ${uuid} is locked by host ${node.reservation}, please retry later.`,
        );
      given = generateToken();
      const changes = {
        agent_token_digest: tokenDigest(given),
        agent_token: { ...this.secrets.sealOne(uuid, 'agent_token', given) },
      };
      return { changes, messages: () => [] };
    });
    return given;
  }
}

const bodyOf = (item: string, config: object): string => `{"node":${item},"config":${JSON.stringify(config)}}`;
