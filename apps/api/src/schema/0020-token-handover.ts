import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when the answer that gives an agent its token is on its way, null when it was sent: one that was lost is given anew. */
export class TokenHandover1700000020000 implements MigrationInterface {
  readonly name = 'TokenHandover1700000020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE nodes ADD COLUMN agent_token_pending_since timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE nodes DROP COLUMN agent_token_pending_since');
  }
}
