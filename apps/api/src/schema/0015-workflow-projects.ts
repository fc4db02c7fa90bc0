import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The project of whoever asked for an import, for the requests that are made for them. */
export class WorkflowProjects1700000015000 implements MigrationInterface {
  readonly name = 'WorkflowProjects1700000015000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflows ADD COLUMN project text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE workflows DROP COLUMN project');
  }
}
