import pg from 'pg';

/** Where a session goes. */
export interface SessionOptions {
  /** `postgres://role:password@host:port/database` */
  url: string;
  schema: string;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
}

/**
 * Opens a connection of its own, outside the pool, for what lives as long as the connection: advisory locks and LISTEN.
 * The caller listens to `error` and `end` and closes it. Throws when Postgres does not answer.
 */
export async function openSession(options: SessionOptions): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: options.url,
    application_name: options.applicationName,
    options: `-c search_path=${options.schema}`,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  });
  await client.connect();
  return client;
}
