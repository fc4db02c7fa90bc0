import { isMacAddress } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { mayLookup } from '@bessemer/lifecycle';
import { generateToken, mask, tokenDigest } from '@bessemer/secrets';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { type NodeRow, stateOf } from '../nodes/node-row.js';
import { NodeSecrets } from '../nodes/node-secrets.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { showSelection } from '../records/selection.js';
import { parseUuid } from '../records/values.js';
import { inTransaction } from '../records/write.js';
import { behaves } from '../versions/behaviours.js';
import { nodeFields } from '../versions/node-fields.js';
import { newestMinor } from '../versions/version.js';

const shown = ['uuid', 'properties', 'instance_info', 'driver_internal_info'];
const bmcDetectedOutOfBand = ['redfish', 'idrac-redfish'];

const notFound = (): BessemerError => new BessemerError('not-found', 'Resource could not be found.');

/** What an agent is told of its configuration (reference: agent.md §2); what came after 21.4 only to agents that know it. */
const configOf = (node: NodeRow, token: string | null): object => ({
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
    private readonly database: Database,
    private readonly nodes: NodesRepository,
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
    const found = wanted === undefined ? await this.byAddresses(macs) : await this.nodes.find(wanted);
    if (found === undefined || !mayLookup(stateOf(found))) throw notFound();
    const token = behaves('agent-tokens', context.minor) ? await this.tokenOf(found.uuid) : null;
    const node = await this.nodes.render(found.uuid, showSelection(nodeFields, shown, newestMinor), context);
    return `{"node":${node},"config":${JSON.stringify(configOf(found, token))}}`;
  }

  private async byAddresses(macs: readonly string[]): Promise<NodeRow | undefined> {
    const rows = await this.database.query<NodeRow>(
      'SELECT * FROM nodes WHERE uuid IN (SELECT node_uuid FROM ports WHERE address = ANY($1::text[])) LIMIT 2',
      [macs],
    );
    return rows.length === 1 ? rows[0] : undefined;
  }

  /** The token is given out once; afterwards only the fact that there is one. */
  private tokenOf(uuid: string): Promise<string> {
    return inTransaction(this.database, async (tx) => {
      const node = await this.nodes.lock(tx, uuid);
      if (!mayLookup(stateOf(node))) throw notFound();
      if (node.agent_token_digest !== null) return mask;
      if (node.reservation !== null)
        throw new BessemerError(
          'node-locked',
          `Node ${uuid} is locked by host ${node.reservation}, please retry later.`,
        );
      const token = generateToken();
      await this.nodes.update(tx, node, {
        agent_token_digest: tokenDigest(token),
        agent_token: { ...this.secrets.sealOne(uuid, 'agent_token', token) },
      });
      return token;
    });
  }
}
