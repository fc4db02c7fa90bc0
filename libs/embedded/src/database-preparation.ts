import { randomBytes } from 'node:crypto';
import { BessemerError } from '@bessemer/errors';
import pg from 'pg';

/** The schemas of a Bessemer database, one a service; each is owned by a role of its own. */
export const serviceSchemas = ['api', 'conductor', 'inspector', 'dhcp'] as const;

/** One of {@link serviceSchemas}. */
export type ServiceSchema = (typeof serviceSchemas)[number];

/**
 * Makes the database, the role `<database>_<schema>` of each service and its schema, as far as they are missing; every role has
 * rights on its own schema alone. May be run again, by several callers at once too.
 *
 * @param adminUrl `postgres://` URL of a role that may create databases and roles
 * @param database letters, digits and underscores
 * @param passwords of the roles; new random ones where none is given, which ends the validity of the old
 * @returns the URL of each service's role
 * @throws `invalid` for a database name that cannot be used
 */
export async function prepareDatabase(
  adminUrl: string,
  database: string,
  passwords: Partial<Record<ServiceSchema, string>> = {},
): Promise<Record<ServiceSchema, string>> {
  assertName(database);
  const roles = serviceSchemas.map((schema) => ({
    schema,
    role: `${database}_${schema}`,
    password: passwords[schema] ?? randomBytes(24).toString('base64url'),
  }));
  await withClient(adminUrl, async (client) => {
    await client.query("SELECT pg_advisory_lock(hashtext('bessemer:prepare'))");
    if (!(await exists(client, 'SELECT 1 FROM pg_database WHERE datname = $1', database))) {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`);
    }
    for (const { role, password } of roles) {
      const name = pg.escapeIdentifier(role);
      if (!(await exists(client, 'SELECT 1 FROM pg_roles WHERE rolname = $1', role))) {
        await client.query(`CREATE ROLE ${name} NOINHERIT`);
        await client.query(`GRANT ${name} TO CURRENT_USER`);
      }
      await client.query(`ALTER ROLE ${name} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
    }
    // The lock is held while the second connection works: grants of one role by two sessions at once fail.
    await withClient(urlOf(adminUrl, database), async (inside) => {
      const name = pg.escapeIdentifier(database);
      await inside.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
      await inside.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
      for (const { schema, role } of roles) {
        const roleName = pg.escapeIdentifier(role);
        const schemaName = pg.escapeIdentifier(schema);
        await inside.query(`CREATE SCHEMA IF NOT EXISTS ${schemaName} AUTHORIZATION ${roleName}`);
        await inside.query(`REVOKE ALL ON SCHEMA ${schemaName} FROM PUBLIC`);
        await inside.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO ${roleName}`);
        await inside.query(`ALTER ROLE ${roleName} IN DATABASE ${name} SET search_path = ${schemaName}`);
      }
    });
  });
  const urls = roles.map(({ schema, role, password }) => [schema, urlOf(adminUrl, database, role, password)]);
  return Object.fromEntries(urls) as Record<ServiceSchema, string>;
}

/**
 * Removes a database with all sessions in it, and the roles that {@link prepareDatabase} made for it. Nothing happens when it is missing.
 *
 * @param adminUrl as for {@link prepareDatabase}
 */
export async function dropDatabase(adminUrl: string, database: string): Promise<void> {
  assertName(database);
  await withClient(adminUrl, async (client) => {
    await client.query("SELECT pg_advisory_lock(hashtext('bessemer:prepare'))");
    await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(database)} WITH (FORCE)`);
    for (const schema of serviceSchemas) {
      await client.query(`DROP ROLE IF EXISTS ${pg.escapeIdentifier(`${database}_${schema}`)}`);
    }
  });
}

function assertName(database: string): void {
  // 63 bytes are an identifier's limit; the longest suffix is `_inspector`.
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,49}$/.test(database)) {
    throw new BessemerError('invalid', `"${database}" cannot be the name of a database.`, {
      remedy: 'Use at most 50 letters, digits and underscores, and begin with a letter.',
    });
  }
}

function urlOf(adminUrl: string, database: string, user?: string, password?: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  if (user !== undefined) url.username = user;
  if (password !== undefined) url.password = password;
  return url.toString();
}

async function exists(client: pg.Client, sql: string, name: string): Promise<boolean> {
  return (await client.query(sql, [name])).rowCount === 1;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
