import { busMigrations } from '@bessemer/bus';
import { nodeCopyMigrations } from '@bessemer/node-copy';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Introspections with their data, and rules. */
class Introspections1767225800000 implements MigrationInterface {
  name = 'Introspections1767225800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE introspections (
        uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        node uuid NOT NULL,
        task uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'finished', 'error')),
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        error text,
        warnings text[] NOT NULL DEFAULT '{}',
        rules jsonb NOT NULL DEFAULT '[]',
        body_sha256 text,
        UNIQUE (node, task)
      )`);
    await runner.query('CREATE INDEX introspections_newest ON introspections (started_at DESC, uuid DESC)');
    await runner.query('CREATE INDEX introspections_of_node ON introspections (node, started_at DESC, uuid DESC)');
    // Text, since a hash of the document travels and jsonb would not give the same bytes back.
    await runner.query(`
      CREATE TABLE introspection_data (
        introspection uuid PRIMARY KEY REFERENCES introspections ON DELETE CASCADE,
        unprocessed text NOT NULL,
        processed text,
        inventory text
      )`);
    await runner.query(`
      CREATE TABLE rules (
        position bigint GENERATED ALWAYS AS IDENTITY,
        uuid uuid PRIMARY KEY,
        dialect text NOT NULL CHECK (dialect IN ('inspector', 'ironic')),
        description text,
        priority integer NOT NULL,
        sensitive boolean NOT NULL,
        phase text NOT NULL,
        scope text,
        conditions json NOT NULL,
        actions json NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz
      )`);
    await runner.query('CREATE INDEX rules_order ON rules (dialect, priority DESC, position)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['rules', 'introspection_data', 'introspections']) await runner.query(`DROP TABLE ${table}`);
  }
}

/** Rules count their changes, so that two of them at a time do not undo each other. */
class RuleRevisions1767225900000 implements MigrationInterface {
  name = 'RuleRevisions1767225900000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rules ADD COLUMN revision integer NOT NULL DEFAULT 1');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE rules DROP COLUMN revision');
  }
}

/** Migrations of the schema `inspector`. */
export const migrations: (new () => MigrationInterface)[] = [
  ...busMigrations,
  ...nodeCopyMigrations,
  Introspections1767225800000,
  RuleRevisions1767225900000,
];
