import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The api writes the serial number with what it stands in: Postgres reads the expression of a generated column anew, ten thousand
 * characters, for each statement that changes a node, whatever it changes.
 */
export class SerialNumbers1700000021000 implements MigrationInterface {
  readonly name = 'SerialNumbers1700000021000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE nodes ALTER COLUMN serial_number DROP EXPRESSION IF EXISTS');
  }

  async down(): Promise<void> {
    // An older release finds the column with its values; what it changes later is found by its other identifiers.
  }
}
