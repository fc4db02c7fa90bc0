import { anyNumberOf, Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { NodeRow } from '../nodes/node-row.js';
import { longestLockWaitMs } from '../nodes/nodes.repository.js';
import { Gatherer } from '../records/gatherer.js';
import { groupBy } from '../records/group-by.js';
import { showSelection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';
import { nodeFields } from '../versions/node-fields.js';
import { newestMinor } from '../versions/version.js';

/** What an agent is shown of its node (reference: agent.md §2). */
export const lookupSelection = showSelection(
  nodeFields,
  ['uuid', 'properties', 'instance_info', 'driver_internal_info'],
  newestMinor,
);

/** The node that a look-up means: by its UUID, else the one that has any of the addresses. */
export interface WantedNode {
  /** The base URL of links. */
  readonly base: string;
  readonly uuid?: string;
  /** MAC addresses in lower case. */
  readonly addresses?: readonly string[];
}

/** What a look-up needs to know of a node. */
export interface FoundNode extends Pick<NodeRow, 'uuid' | 'provision_state' | 'management_interface'> {
  /** Whether its agent has been given its token. */
  readonly has_token: boolean;
  /** The node as JSON text, as far as an agent is shown it. */
  readonly item: string;
}

const columns = `r.uuid, r.provision_state, r.management_interface,
  r.agent_token_digest IS NOT NULL AND (r.agent_token_pending_since IS NULL OR r.driver_internal_info ? 'agent_url') AS has_token,
  ${renderRecord(lookupSelection, { minor: newestMinor })} AS item, $1::text AS base, wanted.index`;

const statement = `SELECT ${columns} FROM unnest(${anyNumberOf('$2', 'integer[]')}, ${anyNumberOf('$3', 'uuid[]')}) AS wanted (index, uuid)
    JOIN nodes r ON r.uuid = wanted.uuid
  UNION ALL
  SELECT ${columns} FROM (
      SELECT DISTINCT given.index, p.node_uuid AS uuid
        FROM unnest(${anyNumberOf('$4', 'integer[]')}, ${anyNumberOf('$5', 'text[]')}) AS given (index, address)
        JOIN ports p ON p.address = given.address) AS wanted
    JOIN nodes r ON r.uuid = wanted.uuid`;

/** Statements of look-ups: many of them are one. */
@Injectable()
export class LookupRepository {
  private readonly finds = new Gatherer<WantedNode, FoundNode | null>((wanted) => this.findAll(wanted), {
    largest: 64,
    atOnce: 1,
  });

  constructor(private readonly database: Database) {}

  /** The node; null when there is none, or when the addresses are those of several. */
  find(wanted: WantedNode): Promise<FoundNode | null> {
    return this.finds.do(wanted);
  }

  /**
   * Notes that the answer with the token was sent; it is no change that anybody is shown. The commit does not wait for the disk: what a
   * crash of Postgres takes with it the agent's first heartbeat tells. Throws when somebody keeps the row for long.
   */
  async noteSent(uuid: string, digest: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(`SET LOCAL lock_timeout = ${longestLockWaitMs}`);
      await tx.query('SET LOCAL synchronous_commit = off');
      await tx.query('UPDATE nodes SET agent_token_pending_since = NULL WHERE uuid = $1 AND agent_token_digest = $2', [
        uuid,
        digest,
      ]);
    });
  }

  private async findAll(wanted: readonly WantedNode[]): Promise<(FoundNode | null)[]> {
    const indexed = wanted.map((one, index) => ({ ...one, index }));
    const found = new Map<number, FoundNode[]>();
    for (const [base, group] of groupBy(indexed, (one) => one.base)) {
      const named = group.flatMap(({ uuid, index }) => (uuid === undefined ? [] : [{ uuid, index }]));
      const addressed = group.flatMap(({ addresses = [], index }) => addresses.map((address) => ({ address, index })));
      const rows = await this.database.prepared<FoundNode & { index: number }>('look up nodes', statement, [
        base,
        named.map(({ index }) => index),
        named.map(({ uuid }) => uuid),
        addressed.map(({ index }) => index),
        addressed.map(({ address }) => address),
      ]);
      for (const row of rows) found.set(row.index, [...(found.get(row.index) ?? []), row]);
    }
    return wanted.map((_, index) => {
      const [only, ...others] = found.get(index) ?? [];
      return only === undefined || others.length > 0 ? null : only;
    });
  }
}
