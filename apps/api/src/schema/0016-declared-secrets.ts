import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Names that drivers have ever declared secret; they stay secret when no conductor is there to say so. */
export class DeclaredSecrets1700000016000 implements MigrationInterface {
  readonly name = 'DeclaredSecrets1700000016000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE declared_secrets (name text PRIMARY KEY)');
    await runner.query(
      `INSERT INTO declared_secrets (name)
       SELECT DISTINCT property ->> 'name' FROM conductors,
         jsonb_array_elements(hardware_types) AS type, jsonb_array_elements(type -> 'properties') AS property
       WHERE property -> 'secret' = 'true'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE declared_secrets');
  }
}
