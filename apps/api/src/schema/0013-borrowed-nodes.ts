import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which task of another node works on a node. */
export class BorrowedNodes1700000013000 implements MigrationInterface {
  readonly name = 'BorrowedNodes1700000013000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE nodes ADD COLUMN borrower uuid, ADD COLUMN borrower_task uuid');
    await runner.query(
      'CREATE INDEX nodes_borrower_task ON nodes (borrower_task, borrower) WHERE borrower_task IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE nodes DROP COLUMN borrower, DROP COLUMN borrower_task');
  }
}
