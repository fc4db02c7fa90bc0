import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether the answer that gives an agent its token was sent: one that was lost with the api is given anew. */
export class TokenHandover1700000020000 implements MigrationInterface {
  readonly name = 'TokenHandover1700000020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE nodes ADD COLUMN agent_token_given boolean NOT NULL DEFAULT true');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE nodes DROP COLUMN agent_token_given');
  }
}
