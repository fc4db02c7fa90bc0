import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Firmware components of nodes. */
export class Machine1700000010000 implements MigrationInterface {
  readonly name = 'Machine1700000010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE firmware_components (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      node_uuid uuid NOT NULL REFERENCES nodes (uuid) ON DELETE CASCADE,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz,
      component text NOT NULL,
      initial_version text NOT NULL,
      current_version text,
      last_version_flashed text,
      vendor text,
      model text,
      serial_number text,
      UNIQUE (node_uuid, component)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE firmware_components');
  }
}
