import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables of the bus: outbox, inbox, attempts, dead letters. */
class BusTables1700000000000 implements MigrationInterface {
  readonly name = 'BusTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    // Positions are in commit order within an aggregate, because a row is added under the lock of its aggregate.
    await runner.query(`
      CREATE TABLE outbox (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id uuid NOT NULL,
        stream text NOT NULL,
        subject text NOT NULL,
        type text NOT NULL,
        aggregate text NOT NULL,
        channel text NOT NULL,
        resource_channel text NOT NULL,
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
    await runner.query('CREATE INDEX outbox_channel ON outbox (aggregate, channel, position)');
    await runner.query('CREATE INDEX outbox_held ON outbox (stream, incarnation, sequence)');
    await runner.query(
      'CREATE INDEX outbox_unconfirmed ON outbox (confirm) WHERE confirm IS NOT NULL AND settled_at IS NULL',
    );
    await runner.query(`
      CREATE TABLE relay_checks (
        stream text PRIMARY KEY,
        server text NOT NULL,
        checked_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE inbox (
        durable text NOT NULL,
        message_id text NOT NULL,
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
      CREATE TABLE consumer_floors (
        durable text PRIMARY KEY,
        stream text NOT NULL,
        incarnation text NOT NULL,
        server text NOT NULL,
        sequence bigint NOT NULL,
        older_sequence bigint NOT NULL,
        safe_sequence bigint NOT NULL,
        rotated_at timestamptz NOT NULL DEFAULT now()
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
        sequence bigint NOT NULL,
        error jsonb NOT NULL,
        attempts integer NOT NULL,
        failed_at timestamptz NOT NULL DEFAULT now(),
        replay_requested_at timestamptz,
        replayed_at timestamptz
      )`);
    await runner.query('CREATE INDEX dead_letters_failed ON dead_letters (failed_at)');
    await runner.query(`
      CREATE INDEX dead_letters_requested ON dead_letters (durable)
        WHERE replay_requested_at IS NOT NULL AND replayed_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['dead_letters', 'consumer_floors', 'inbox_attempts', 'inbox', 'relay_checks', 'outbox'])
      await runner.query(`DROP TABLE ${table}`);
  }
}

/** Payloads stand apart from their rows: to mark a row as sent writes a small row and not the whole message once more. */
class PayloadsApart1700000000100 implements MigrationInterface {
  readonly name = 'PayloadsApart1700000000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTERNAL');
    await runner.query('ALTER TABLE outbox SET (toast_tuple_target = 512)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox RESET (toast_tuple_target)');
    await runner.query('ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTENDED');
  }
}

/** Each message is written when it is added and once more when it is sent: the second time beside the first, and in one index less. */
class RoomInOutbox1700000000200 implements MigrationInterface {
  readonly name = 'RoomInOutbox1700000000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX outbox_held');
    await runner.query('CREATE INDEX outbox_held ON outbox (stream, incarnation, sequence) WHERE sequence IS NOT NULL');
    await runner.query('ALTER TABLE outbox SET (fillfactor = 50)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox RESET (fillfactor)');
    await runner.query('DROP INDEX outbox_held');
    await runner.query('CREATE INDEX outbox_held ON outbox (stream, incarnation, sequence)');
  }
}

/** Migrations of the tables that the bus needs in the schema of each service; they come first in its list. */
export const busMigrations = [BusTables1700000000000, PayloadsApart1700000000100, RoomInOutbox1700000000200];
