import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Imports that wait for an earlier one which still works on the same node. */
export class FollowedImports1700000003000 implements MigrationInterface {
  readonly name = 'FollowedImports1700000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflow_items ADD COLUMN follows uuid');
    await runner.query('CREATE INDEX workflow_items_follows ON workflow_items (follows) WHERE follows IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflow_items DROP COLUMN follows');
  }
}
