import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE portgroups (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    node_uuid uuid NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    address text UNIQUE,
    name text UNIQUE,
    extra jsonb NOT NULL DEFAULT '{}',
    internal_info jsonb NOT NULL DEFAULT '{}',
    mode text NOT NULL DEFAULT 'active-backup',
    properties jsonb NOT NULL DEFAULT '{}',
    standalone_ports_supported boolean NOT NULL DEFAULT true,
    physical_network text,
    category text,
    dynamic_portgroup boolean NOT NULL DEFAULT false
  )`,
  'CREATE INDEX portgroups_node ON portgroups (node_uuid, id)',
  // Checked at the end of the statement: ports and port groups go together with their node.
  'ALTER TABLE ports ADD CONSTRAINT ports_portgroup FOREIGN KEY (portgroup_uuid) REFERENCES portgroups (uuid)',
  'CREATE INDEX ports_portgroup ON ports (portgroup_uuid, id) WHERE portgroup_uuid IS NOT NULL',
];

/** Port groups, and the ports that belong to them. */
export class Portgroups1700000005000 implements MigrationInterface {
  readonly name = 'Portgroups1700000005000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ports_portgroup');
    await runner.query('ALTER TABLE ports DROP CONSTRAINT ports_portgroup');
    await runner.query('DROP TABLE portgroups');
  }
}
