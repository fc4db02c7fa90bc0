import { Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';

/** By what a node may be found. */
export type IdentifierKind = 'uuid' | 'name' | 'instance_uuid' | 'mac' | 'bmc_address' | 'serial_number';

/** A node, and what of it an identifier is. */
export interface NodeMatch {
  readonly uuid: string;
  readonly name: string | null;
  readonly provision_state: string;
  readonly by: IdentifierKind;
  readonly value: string;
}

/** What a text may be read as, besides a text. */
export interface ReadIdentifier {
  readonly text: string;
  /** In lower case; null for what is none. */
  readonly uuid: string | null;
  readonly mac: string | null;
  readonly host: string | null;
}

/** The most matches that are looked for: machines behind one BMC share its address. */
export const mostMatches = 1000;

// Each part answers from an index of its own.
const matches = `SELECT uuid, 'name' AS by, name AS value FROM nodes WHERE name = $1
  UNION ALL SELECT uuid, 'bmc_address', $4::text FROM nodes WHERE bmc_addresses && ARRAY[$4::text]
  UNION ALL SELECT uuid, 'serial_number', serial_number FROM nodes
    WHERE serial_number IS NOT NULL AND lower(serial_number) = lower($1)
  UNION ALL SELECT uuid, 'uuid', uuid::text FROM nodes WHERE uuid = $2
  UNION ALL SELECT uuid, 'instance_uuid', instance_uuid::text FROM nodes WHERE instance_uuid = $2
  UNION ALL SELECT node_uuid, 'mac', address FROM ports WHERE address = $3`;

/** Finds nodes by whatever identifies a machine. */
@Injectable()
export class NodeSearchRepository {
  constructor(private readonly database: Database) {}

  /** Every match, node by node in the order in which they were enrolled; at most {@link mostMatches}. */
  matches({ text, uuid, mac, host }: ReadIdentifier): Promise<NodeMatch[]> {
    return this.database.query<NodeMatch>(
      `SELECT n.uuid, n.name, n.provision_state, m.by, m.value FROM (${matches}) AS m JOIN nodes n USING (uuid)
       ORDER BY n.id, m.by LIMIT ${mostMatches}`,
      [text, uuid, mac, host],
    );
  }
}
