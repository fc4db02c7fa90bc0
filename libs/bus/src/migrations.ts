import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the bus: outbox, inbox, attempts, dead letters. */
class BusTables1700000000000 implements MigrationInterface {
  readonly name = 'BusTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    // Identity order is commit order within an aggregate, because a row is added under the lock of its aggregate.
    await runner.query(`
      CREATE TABLE outbox (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id uuid NOT NULL UNIQUE,
        stream text NOT NULL,
        subject text NOT NULL,
        type text NOT NULL,
        aggregate text NOT NULL,
        payload text NOT NULL,
        confirm text,
        created_at timestamptz NOT NULL DEFAULT now(),
        attempt integer NOT NULL DEFAULT 1,
        sent_at timestamptz,
        settled_at timestamptz,
        sequence bigint,
        incarnation text
      )`);
    await runner.query('CREATE INDEX outbox_unsent ON outbox (position) WHERE sent_at IS NULL');
    await runner.query('CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL');
    await runner.query('CREATE INDEX outbox_sequence ON outbox (stream, sequence) WHERE sequence IS NOT NULL');
    await runner.query(
      'CREATE INDEX outbox_unconfirmed ON outbox (confirm, sent_at) WHERE confirm IS NOT NULL AND settled_at IS NULL',
    );
    await runner.query(`
      CREATE TABLE inbox (
        durable text NOT NULL,
        message_id text NOT NULL,
        sequence bigint NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (durable, message_id)
      )`);
    await runner.query('CREATE INDEX inbox_received ON inbox (received_at)');
    await runner.query(`
      CREATE TABLE inbox_attempts (
        durable text NOT NULL,
        message_id text NOT NULL,
        attempts integer NOT NULL,
        error text NOT NULL,
        failed_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (durable, message_id)
      )`);
    await runner.query(`
      CREATE TABLE dead_letters (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        durable text NOT NULL,
        message_id text NOT NULL,
        stream text NOT NULL,
        subject text NOT NULL,
        type text NOT NULL,
        payload text NOT NULL,
        error jsonb NOT NULL,
        attempts integer NOT NULL,
        failed_at timestamptz NOT NULL DEFAULT now(),
        replayed_at timestamptz
      )`);
    await runner.query('CREATE INDEX dead_letters_failed ON dead_letters (failed_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['dead_letters', 'inbox_attempts', 'inbox', 'outbox'])
      await runner.query(`DROP TABLE ${table}`);
  }
}

/** Migrations of the tables that the bus needs in the schema of each service; they come first in its list. */
export const busMigrations = [BusTables1700000000000];
