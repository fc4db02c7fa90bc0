import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { type Carrier, vifKey } from './vif-carriers.js';

const tables = { port: 'ports', portgroup: 'portgroups' } as const;

/** Statements on the VIFs of nodes, which stand in `internal_info` of what carries them. */
@Injectable()
export class VifsRepository {
  constructor(private readonly database: Database) {}

  /** What the node has to carry VIFs, oldest first. */
  carriers(node: string, reader: Pick<Transaction, 'query'> = this.database): Promise<Carrier[]> {
    return reader.query<Carrier>(
      `SELECT 'port' AS kind, uuid, internal_info->>'${vifKey}' AS vif, portgroup_uuid AS "group", physical_network, pxe_enabled
       FROM (SELECT * FROM ports WHERE node_uuid = $1 ORDER BY id) p
       UNION ALL
       SELECT 'portgroup', uuid, internal_info->>'${vifKey}', NULL, physical_network, true
       FROM (SELECT * FROM portgroups WHERE node_uuid = $1 ORDER BY id) g`,
      [node],
    );
  }

  /** Makes the carrier carry the VIF; null for none. */
  async carry(tx: Transaction, { kind, uuid }: Pick<Carrier, 'kind' | 'uuid'>, vif: string | null): Promise<void> {
    await tx.query(
      `UPDATE ${tables[kind]} SET revision = revision + 1, updated_at = now(),
       internal_info = CASE WHEN $2::text IS NULL THEN internal_info - '${vifKey}'
         ELSE internal_info || jsonb_build_object('${vifKey}', $2::text) END
       WHERE uuid = $1`,
      [uuid, vif],
    );
  }

  /** Takes every VIF from the node, as the end of an instance does. */
  async detachAll(tx: Transaction, node: string): Promise<void> {
    for (const carrier of await this.carriers(node, tx)) if (carrier.vif !== null) await this.carry(tx, carrier, null);
  }
}
