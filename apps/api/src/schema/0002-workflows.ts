import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  `CREATE TABLE workflows (
    uuid uuid PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL,
    introspect boolean NOT NULL,
    provide boolean NOT NULL,
    "user" text,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
  )`,
  'CREATE INDEX workflows_created ON workflows (created_at, uuid)',
  `CREATE TABLE workflow_items (
    workflow uuid NOT NULL REFERENCES workflows (uuid) ON DELETE CASCADE,
    index integer NOT NULL,
    node_uuid uuid NOT NULL,
    created boolean NOT NULL,
    goals jsonb NOT NULL,
    expects text,
    expects_after_epoch integer,
    state text NOT NULL,
    reason text,
    since timestamptz NOT NULL DEFAULT now(),
    look_at timestamptz,
    error text,
    PRIMARY KEY (workflow, index)
  )`,
  'CREATE INDEX workflow_items_node ON workflow_items (node_uuid) WHERE look_at IS NOT NULL',
  'CREATE INDEX workflow_items_due ON workflow_items (look_at) WHERE look_at IS NOT NULL',
];

/** Imports that are followed until each machine has come as far as was asked. */
export class Workflows1700000002000 implements MigrationInterface {
  readonly name = 'Workflows1700000002000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE workflow_items');
    await runner.query('DROP TABLE workflows');
  }
}
