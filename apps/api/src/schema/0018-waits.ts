import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What ends the wait of a node's task. */
export class Waits1700000018000 implements MigrationInterface {
  readonly name = 'Waits1700000018000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE nodes ADD COLUMN task_waits_for text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE nodes DROP COLUMN task_waits_for');
  }
}
