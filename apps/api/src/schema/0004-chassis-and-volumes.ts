import type { MigrationInterface, QueryRunner } from 'typeorm';

const record = `id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    extra jsonb NOT NULL DEFAULT '{}'`;

const statements = [
  `CREATE TABLE chassis (
    ${record},
    description text
  )`,
  'ALTER TABLE nodes ADD CONSTRAINT nodes_chassis FOREIGN KEY (chassis_uuid) REFERENCES chassis (uuid)',
  'CREATE INDEX nodes_chassis ON nodes (chassis_uuid, id) WHERE chassis_uuid IS NOT NULL',
  `CREATE TABLE volume_connectors (
    ${record},
    node_uuid uuid NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    type text NOT NULL,
    connector_id text NOT NULL,
    CONSTRAINT volume_connectors_identity UNIQUE (type, connector_id)
  )`,
  'CREATE INDEX volume_connectors_node ON volume_connectors (node_uuid, id)',
  `CREATE TABLE volume_targets (
    ${record},
    node_uuid uuid NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
    volume_type text NOT NULL,
    volume_id text NOT NULL,
    boot_index integer NOT NULL,
    properties jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT volume_targets_boot_index UNIQUE (node_uuid, boot_index)
  )`,
  'CREATE INDEX volume_targets_node ON volume_targets (node_uuid, id)',
];

/** Chassis with the nodes in them, and the volumes that nodes use. */
export class ChassisAndVolumes1700000004000 implements MigrationInterface {
  readonly name = 'ChassisAndVolumes1700000004000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE volume_targets');
    await runner.query('DROP TABLE volume_connectors');
    await runner.query('DROP INDEX nodes_chassis');
    await runner.query('ALTER TABLE nodes DROP CONSTRAINT nodes_chassis');
    await runner.query('DROP TABLE chassis');
  }
}
