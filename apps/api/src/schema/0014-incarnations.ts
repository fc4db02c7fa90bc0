import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = [
  'nodes',
  'ports',
  'portgroups',
  'chassis',
  'volume_connectors',
  'volume_targets',
  'allocations',
  'deploy_templates',
  'runbooks',
];

/** What tells a record from one of the same UUID that was deleted: both begin with revision 1. */
export class Incarnations1700000014000 implements MigrationInterface {
  readonly name = 'Incarnations1700000014000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE SEQUENCE incarnations AS integer CYCLE');
    for (const table of tables)
      await runner.query(
        `ALTER TABLE ${table} ADD COLUMN incarnation integer NOT NULL DEFAULT nextval('incarnations')`,
      );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables) await runner.query(`ALTER TABLE ${table} DROP COLUMN incarnation`);
    await runner.query('DROP SEQUENCE incarnations');
  }
}
