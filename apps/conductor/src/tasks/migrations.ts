import type { MigrationInterface, QueryRunner } from 'typeorm';

class TaskTables1700000100000 implements MigrationInterface {
  readonly name = 'TaskTables1700000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tasks (
        uuid uuid PRIMARY KEY,
        node uuid NOT NULL,
        kind text NOT NULL,
        verb text NOT NULL,
        lane text NOT NULL,
        epoch integer NOT NULL,
        seq integer NOT NULL DEFAULT 0,
        state text NOT NULL,
        conductor_group text NOT NULL,
        hardware_type text NOT NULL,
        record jsonb NOT NULL,
        ports jsonb NOT NULL,
        arguments jsonb NOT NULL,
        request_id text NOT NULL,
        owner text,
        claimed_from text,
        fence integer NOT NULL DEFAULT 0,
        lease_until timestamptz,
        wait_for text,
        reason text,
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        deadline timestamptz,
        in_wait boolean NOT NULL DEFAULT false,
        needs_resume boolean NOT NULL DEFAULT false,
        postponed boolean NOT NULL DEFAULT false,
        ending jsonb,
        agent jsonb,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        finished_at timestamptz
      )`);
    await runner.query("CREATE INDEX tasks_running ON tasks (lease_until) WHERE state = 'running'");
    await runner.query("CREATE INDEX tasks_due ON tasks (deadline) WHERE state IN ('waiting', 'retrying')");
    await runner.query("CREATE INDEX tasks_queued ON tasks (created_at) WHERE state = 'queued'");
    await runner.query('CREATE INDEX tasks_of_node ON tasks (node)');
    await runner.query('CREATE INDEX tasks_over ON tasks (finished_at) WHERE finished_at IS NOT NULL');
    await runner.query(`
      CREATE TABLE task_steps (
        task uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
        position integer NOT NULL,
        kind text NOT NULL,
        stage text NOT NULL,
        origin text NOT NULL,
        reference jsonb NOT NULL,
        abortable boolean NOT NULL,
        status text NOT NULL DEFAULT 'pending',
        attempt text NOT NULL DEFAULT 'first',
        wake_up jsonb,
        memory jsonb NOT NULL DEFAULT '{}',
        tries integer NOT NULL DEFAULT 0,
        started_at timestamptz,
        finished_at timestamptz,
        PRIMARY KEY (task, position)
      )`);
    // No foreign key: a signal may arrive before its task, since each lane has a consumer of its own.
    await runner.query(`
      CREATE TABLE signals (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        task uuid NOT NULL,
        kind text NOT NULL,
        epoch integer NOT NULL,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await runner.query('CREATE INDEX signals_of_task ON signals (task)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['signals', 'task_steps', 'tasks']) await runner.query(`DROP TABLE ${table}`);
  }
}

class Families1700000101000 implements MigrationInterface {
  readonly name = 'Families1700000101000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE tasks ADD COLUMN children jsonb NOT NULL DEFAULT '[]'");
    await runner.query('ALTER TABLE task_steps ADD COLUMN blocked_until timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tasks DROP COLUMN children');
    await runner.query('ALTER TABLE task_steps DROP COLUMN blocked_until');
  }
}

/** Of each task's heartbeats the newest is kept. */
class NewestHeartbeats1700000102000 implements MigrationInterface {
  readonly name = 'NewestHeartbeats1700000102000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM signals older USING signals newer
      WHERE older.kind = 'heartbeat' AND newer.kind = 'heartbeat' AND older.task = newer.task AND older.id < newer.id`);
    await runner.query("CREATE UNIQUE INDEX signals_heartbeat ON signals (task) WHERE kind = 'heartbeat'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX signals_heartbeat');
  }
}

/** A newer heartbeat of a task takes the place of the older one in its row, beside it on its page: no index is touched. */
class HeartbeatsInPlace1700000103000 implements MigrationInterface {
  readonly name = 'HeartbeatsInPlace1700000103000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE signals ADD COLUMN version integer NOT NULL DEFAULT 1');
    await runner.query('ALTER TABLE signals SET (fillfactor = 50)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE signals RESET (fillfactor)');
    await runner.query('ALTER TABLE signals DROP COLUMN version');
  }
}

/** Migrations of the conductor's own tables; they follow those of the bus. */
export const taskMigrations = [
  TaskTables1700000100000,
  Families1700000101000,
  NewestHeartbeats1700000102000,
  HeartbeatsInPlace1700000103000,
];
