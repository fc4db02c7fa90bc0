import { randomBytes } from 'node:crypto';
import { Bus, busMigrations } from '@bessemer/bus';
import type { ServiceName } from '@bessemer/contracts';
import { type ConnectOptions, Database } from '@bessemer/database';
import { dropDatabase, prepareDatabase } from '@bessemer/embedded';
import { createLogger, type Logger } from '@bessemer/telemetry';
import { TestNats } from './test-nats.js';
import { TestPostgres } from './test-postgres.js';

/** What a test file needs. */
export interface TestStackOptions {
  /** A Postgres of its own, which it may kill; else the one of the process, in a database of its own. */
  ownPostgres?: boolean;
}

/** How a service reaches its database and the bus, as in its environment. */
export interface ServiceAccess {
  databaseUrl: string;
  natsUrl: string;
  natsUser: string;
  natsPassword: string;
}

/**
 * Real Postgres and NATS for one test file: a fresh database with the roles and schemas of production, a NATS server with its users.
 * Connections made through it are closed with it.
 */
export class TestStack {
  private readonly closers: (() => Promise<void>)[] = [];

  private constructor(
    readonly postgres: TestPostgres,
    readonly nats: TestNats,
    /** Name of the database, to look into it after a failure. */
    readonly databaseName: string,
    /** URL of each service's role. */
    readonly databaseUrls: Record<ServiceName, string>,
    private readonly isPostgresOwn: boolean,
  ) {}

  /** Starts what is missing. Call it in `beforeAll`, and {@link stop} in `afterAll`. */
  static async start(options: TestStackOptions = {}): Promise<TestStack> {
    const postgres = await (options.ownPostgres ? TestPostgres.start() : TestPostgres.shared());
    const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
    const [nats, urls] = await Promise.all([TestNats.start(), prepareDatabase(postgres.adminUrl, name)]);
    return new TestStack(postgres, nats, name, urls, options.ownPostgres ?? false);
  }

  /** Logs what tests print only on demand: set BESSEMER_TEST_LOG_LEVEL to see it. */
  readonly logger: Logger = createLogger('test', process.env['BESSEMER_TEST_LOG_LEVEL'] ?? 'silent');

  /** What a process needs to be this service. */
  access(service: ServiceName): ServiceAccess {
    return {
      databaseUrl: this.databaseUrls[service],
      natsUrl: this.nats.url,
      natsUser: service,
      natsPassword: this.nats.passwords[service],
    };
  }

  /** The environment of a service's process: the settings that every service reads. */
  environment(service: ServiceName): Record<string, string> {
    const { databaseUrl, natsUrl, natsUser, natsPassword } = this.access(service);
    return {
      BESSEMER_DATABASE_URL: databaseUrl,
      BESSEMER_NATS_URL: natsUrl,
      BESSEMER_NATS_USER: natsUser,
      BESSEMER_NATS_PASSWORD: natsPassword,
      BESSEMER_LOG_LEVEL: process.env['BESSEMER_TEST_LOG_LEVEL'] ?? 'silent',
    };
  }

  /** A connection to the service's schema, with the tables of the bus and whatever else the migrations make. */
  async database(
    service: ServiceName,
    options: Pick<ConnectOptions, 'migrations' | 'entities' | 'poolSize'> = {},
  ): Promise<Database> {
    const migrations = Array.isArray(options.migrations) ? options.migrations : [];
    const database = await Database.connect({
      ...options,
      url: this.databaseUrls[service],
      schema: service,
      applicationName: `test-${service}`,
      migrations: [...busMigrations, ...migrations.filter((migration) => !isBusMigration(migration))],
    });
    this.onStop(() => database.close());
    return database;
  }

  /** A connection to NATS with the service's rights. */
  async bus(service: ServiceName): Promise<Bus> {
    const bus = await Bus.connect({
      servers: this.nats.url,
      user: service,
      password: this.nats.passwords[service],
      name: `test-${service}`,
      logger: this.logger,
    });
    this.onStop(() => bus.close());
    return bus;
  }

  /** Has something stopped with the stack; what was added last is stopped first. */
  onStop(close: () => Promise<void>): void {
    this.closers.push(close);
  }

  /** Stops everything that was made through the stack, then the servers that are its own. */
  async stop(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
    await this.nats.stop();
    if (this.isPostgresOwn) await this.postgres.stop();
    else await dropDatabase(this.postgres.adminUrl, this.databaseName);
  }
}

function isBusMigration(migration: unknown): boolean {
  return busMigrations.some((known) => known === migration);
}
