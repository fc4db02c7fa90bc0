import 'reflect-metadata';
import type pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { discreetly } from './discreet-errors.js';
import { Notifications } from './notifications.js';
import { readRowByRow, type TextRow, textRows } from './row-by-row.js';
import { openSession } from './session.js';
import { runTransaction, type Transaction, type TransactionOptions } from './transaction.js';

/** How long a statement waits for a free connection before it fails as one for which the database was away. */
const longestWaitMs = 10_000;

/** A new connection knows no plans yet, nor the catalogue: those of the last burst are kept for the next one. */
const longestIdleMs = 60_000;
/** What drops idle connections in silence, a firewall for example, is noticed so soon. */
const keepAliveMs = 30_000;

/** A row as Postgres answered it. */
export type Row = Record<string, unknown>;

/** How a service connects to its own schema. */
export interface ConnectOptions {
  /** `postgres://role:password@host:port/database`; the role owns the schema and has no right on others. */
  url: string;
  schema: string;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  poolSize?: number;
  entities?: Exclude<DataSourceOptions['entities'], undefined>;
  /** Migration classes; run at connect, one process at a time. */
  migrations?: Exclude<DataSourceOptions['migrations'], undefined>;
}

/** Reads rows as texts. */
export interface TextReader {
  /** See {@link Database.texts}. */
  texts(sql: string, parameters?: readonly unknown[], name?: string): Promise<readonly TextRow[]>;
}

/** A service's database: reads, transactions, migrations. Errors of statements show none of their values. */
export class Database implements TextReader {
  private readonly notifications: Notifications;

  private constructor(
    readonly dataSource: DataSource,
    private readonly options: ConnectOptions,
  ) {
    this.notifications = new Notifications({ ...options, applicationName: `${options.applicationName}-listen` });
  }

  get schema(): string {
    return this.options.schema;
  }

  /**
   * Connects and runs the migrations that are due, under an advisory lock so that instances that start together do not
   * collide. Throws when Postgres does not answer.
   */
  static async connect(options: ConnectOptions): Promise<Database> {
    const dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      schema: options.schema,
      applicationName: options.applicationName,
      entities: options.entities ?? [],
      migrations: options.migrations ?? [],
      migrationsTableName: 'migrations',
      migrationsTransactionMode: 'all',
      installExtensions: false,
      extra: {
        max: options.poolSize ?? 10,
        // No statement runs so long that compiling it pays.
        options: `-c search_path=${options.schema} -c timezone=UTC -c jit=off`,
        connectionTimeoutMillis: longestWaitMs,
        idleTimeoutMillis: longestIdleMs,
        keepAlive: true,
        keepAliveInitialDelayMillis: keepAliveMs,
        // Statements are sent when they are there, not when the one before was answered.
        pipeline: true,
      },
    });
    await dataSource.initialize();
    const database = new Database(dataSource, options);
    try {
      await database.migrate();
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  }

  /** Runs one statement outside any transaction and returns its rows. */
  async query<T extends object = Row>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return discreetly(async () => rowsOf<T>(await this.dataSource.query(sql, [...parameters])));
  }

  /**
   * Like {@link query}, for a hot statement: Postgres parses it once a connection and knows it by its name. It also keeps one
   * plan for all values, unless one for these alone seems cheaper: lists are given as {@link anyNumberOf}.
   *
   * @param name the same for the same text always
   */
  async prepared<T extends object = Row>(name: string, sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
    const result = await discreetly(() => this.pool.query<T>({ name, text: sql, values: [...parameters] }));
    return result.rows;
  }

  /**
   * Like {@link query}, the values as Postgres writes them: nothing is made of them.
   *
   * @param name for a hot statement, as in {@link prepared}
   */
  texts(sql: string, parameters: readonly unknown[] = [], name?: string): Promise<readonly TextRow[]> {
    return this.textsOf(this.pool, sql, parameters, name);
  }

  private async textsOf(
    reader: Pick<pg.Pool, 'query'>,
    sql: string,
    parameters: readonly unknown[],
    name?: string,
  ): Promise<readonly TextRow[]> {
    this.dataSource.logger.logQuery(sql, [...parameters]);
    const { rows } = await discreetly(() =>
      reader.query<(string | null)[]>({
        ...(name === undefined ? {} : { name }),
        text: sql,
        values: [...parameters],
        ...textRows,
      }),
    );
    return rows;
  }

  /** Like {@link texts} for many rows: hands each on when it comes, while Postgres makes the next ones. */
  async eachText(sql: string, parameters: readonly unknown[], onRow: (row: TextRow) => void): Promise<void> {
    this.dataSource.logger.logQuery(sql, [...parameters]);
    await discreetly(() => readRowByRow(this.pool, sql, parameters, onRow));
  }

  /** Runs `work` in one transaction: committed when it resolves, rolled back when it rejects. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return runTransaction(this, this.pool, work, options);
  }

  /** The pool from which TypeORM takes its connections too. */
  private get pool(): pg.Pool {
    return (this.dataSource.driver as PostgresDriver).master;
  }

  /**
   * Calls `listener` for each NOTIFY on the channel, and with an empty payload when notifications may have been lost.
   * A notification is a wake-up: whoever listens also sweeps. Returns how to end it.
   */
  listen(channel: string, listener: (payload: string) => void): Promise<() => void> {
    return this.notifications.listen(channel, listener);
  }

  /** Sends a NOTIFY on the channel, at once and outside any transaction. */
  async notify(channel: string, payload = ''): Promise<void> {
    await this.query('SELECT pg_notify($1, $2)', [channel, payload]);
  }

  /**
   * A connection of its own, outside the pool, for an advisory lock that must live and die with it. The caller listens
   * to `error` and `end` and closes it.
   *
   * @param purpose appended to the application name
   */
  openSession(purpose: string): Promise<pg.Client> {
    return openSession({ ...this.options, applicationName: `${this.options.applicationName}-${purpose}` });
  }

  async close(): Promise<void> {
    await this.notifications.close();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async migrate(): Promise<void> {
    const runner = this.dataSource.createQueryRunner();
    await runner.connect();
    try {
      await runner.query('SELECT pg_advisory_lock(hashtext($1))', [`migrate:${this.schema}`]);
      await this.dataSource.runMigrations();
    } finally {
      await runner.query('SELECT pg_advisory_unlock(hashtext($1))', [`migrate:${this.schema}`]);
      await runner.release();
    }
  }
}

/** TypeORM answers `[rows, affected]` for UPDATE and DELETE and plain rows for the rest. */
function rowsOf<T>(answer: unknown): T[] {
  if (!Array.isArray(answer)) return [];
  const isPair = answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number';
  return (isPair ? answer[0] : answer) as T[];
}
