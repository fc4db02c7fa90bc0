import { busMigrations } from '@bessemer/bus';
import { nodeCopyMigrations } from '@bessemer/node-copy';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The policy, and what each segment has in place of it. */
class BootPolicy1767225900000 implements MigrationInterface {
  name = 'BootPolicy1767225900000';

  async up(runner: QueryRunner): Promise<void> {
    // One row, whose lock makes numbers visible in the order in which they were given.
    await runner.query(`
      CREATE TABLE policy_head (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        number bigint NOT NULL
      )`);
    await runner.query('INSERT INTO policy_head (number) VALUES (0)');
    await runner.query(`
      CREATE TABLE mac_policies (
        mac text PRIMARY KEY,
        allowed boolean NOT NULL,
        policy bigint NOT NULL,
        node uuid NOT NULL,
        task uuid NOT NULL,
        since timestamptz NOT NULL,
        reason text NOT NULL
      )`);
    await runner.query('CREATE INDEX mac_policies_node ON mac_policies (node)');
    await runner.query('CREATE INDEX mac_policies_allowed ON mac_policies (node, task) WHERE allowed');
    await runner.query(`
      CREATE TABLE segments (
        name text PRIMARY KEY,
        seen_at timestamptz NOT NULL,
        policy bigint NOT NULL,
        confirmed boolean NOT NULL,
        reason text,
        waiting_since timestamptz
      )`);
    await runner.query(`
      CREATE TABLE segment_entries (
        segment text NOT NULL REFERENCES segments ON DELETE CASCADE,
        mac text NOT NULL REFERENCES mac_policies ON DELETE CASCADE,
        allowed boolean NOT NULL,
        generation bigint NOT NULL,
        written_at timestamptz NOT NULL,
        taken_at timestamptz,
        PRIMARY KEY (segment, mac)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['segment_entries', 'segments', 'mac_policies', 'policy_head'])
      await runner.query(`DROP TABLE ${table}`);
  }
}

/** Migrations of the schema `dhcp`. */
export const migrations: (new () => MigrationInterface)[] = [
  ...busMigrations,
  ...nodeCopyMigrations,
  BootPolicy1767225900000,
];
