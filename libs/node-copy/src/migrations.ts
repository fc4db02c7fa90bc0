import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The copy of nodes and when it was last compared with its owner. */
class NodeCopies1767225700000 implements MigrationInterface {
  name = 'NodeCopies1767225700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE node_copies (
        uuid uuid PRIMARY KEY,
        revision bigint NOT NULL,
        deleted boolean NOT NULL DEFAULT false,
        name text,
        task uuid,
        macs text[] NOT NULL DEFAULT '{}',
        bmc_addresses text[] NOT NULL DEFAULT '{}',
        serial text,
        record jsonb NOT NULL,
        observed_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query('CREATE INDEX node_copies_name ON node_copies (name) WHERE NOT deleted');
    await runner.query('CREATE INDEX node_copies_macs ON node_copies USING gin (macs) WHERE NOT deleted');
    await runner.query('CREATE INDEX node_copies_bmc ON node_copies USING gin (bmc_addresses) WHERE NOT deleted');
    await runner.query('CREATE INDEX node_copies_serial ON node_copies (serial) WHERE NOT deleted');
    await runner.query(`
      CREATE TABLE node_copy_sweeps (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        started_at timestamptz NOT NULL,
        finished_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE node_copy_sweeps');
    await runner.query('DROP TABLE node_copies');
  }
}

/** Which of the records that had its UUID a copy is of; 0 is before all, until the next comparison. */
class NodeCopyIncarnations1767225700100 implements MigrationInterface {
  name = 'NodeCopyIncarnations1767225700100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE node_copies ADD COLUMN incarnation integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE node_copies DROP COLUMN incarnation');
  }
}

/** To be added to the migrations of the schema that holds the copy, after the bus's. */
export const nodeCopyMigrations: (new () => MigrationInterface)[] = [
  NodeCopies1767225700000,
  NodeCopyIncarnations1767225700100,
];
