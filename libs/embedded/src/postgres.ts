import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BessemerError } from '@bessemer/errors';
import pg from 'pg';
import { freePort } from './free-port.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { type Exit, ServerProcess } from './server-process.js';
import { chooseUnprivileged, type Unprivileged } from './unprivileged.js';

/** How an embedded Postgres is started. */
export interface PostgresOptions {
  /** Everything it keeps: the cluster, and the password of its superuser. Made when it is missing. */
  dataDir: string;
  /** 0 or unset: a free one. */
  port?: number;
  /** Whether what was committed survives a power failure; off makes tests faster, and it still survives a kill. Default: on. */
  durable?: boolean;
  maxConnections?: number;
  /** Every line of the server's log. */
  onLine?(line: string): void;
}

const superuser = 'postgres';
const startTimeoutMs = 60_000;
/** After a kill -9 of the postmaster its workers need a moment to notice and let go of the shared memory. */
const staleMemory = /pre-existing shared memory block|lock file "postmaster.pid" already exists/;

/**
 * A Postgres server of one's own: binaries from npm, a cluster under one folder, loopback only, scram-sha-256.
 * Works as root (the server then runs as an unprivileged user) and as an ordinary user.
 */
export class EmbeddedPostgres {
  private constructor(
    private readonly server: ServerProcess,
    readonly port: number,
    /** `postgres://` URL of the superuser, with its password. */
    readonly adminUrl: string,
  ) {}

  /**
   * Initialises the cluster if need be, starts the server, and returns when it accepts connections.
   *
   * @throws `unavailable` with the end of the server's log when it does not come up
   */
  static async start(options: PostgresOptions): Promise<EmbeddedPostgres> {
    const dataDir = resolve(options.dataDir);
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const binaries = await findPostgresBinaries();
    const cluster = join(dataDir, 'cluster');
    const owner = (await statOrUndefined(cluster))?.uid;
    const user = await chooseUnprivileged([cluster, binaries.postgres].map(withoutOwnFolder(dataDir)), owner);
    if (user.uid !== undefined) await chown(dataDir, user.uid, user.gid ?? user.uid);
    if (owner === undefined) await initialise(binaries, dataDir, user, options.durable ?? true);
    const password = (await readFile(join(dataDir, 'admin-password'), 'utf8')).trim();

    const deadline = Date.now() + startTimeoutMs;
    for (;;) {
      const port = options.port || (await freePort());
      const server = launch(binaries, cluster, port, user, options);
      try {
        await server.waitForLine(/database system is ready to accept connections/, startTimeoutMs);
        const adminUrl = `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`;
        await answer(adminUrl);
        return new EmbeddedPostgres(server, port, adminUrl);
      } catch (error) {
        await server.stop('SIGQUIT');
        const portTaken = /Address already in use/.test(server.output) && !options.port;
        if (!(portTaken || staleMemory.test(server.output)) || Date.now() > deadline) throw error;
        await stopOrphan(cluster);
      }
    }
  }

  get pid(): number {
    return this.server.pid;
  }

  /** Resolves when the server is gone, for whatever reason. */
  get exited(): Promise<Exit> {
    return this.server.exited;
  }

  /** Ends sessions and shuts down in order. */
  async stop(): Promise<void> {
    await this.server.stop('SIGINT');
  }

  /** Ends the server as a crash does. */
  async kill(): Promise<void> {
    await this.server.stop('SIGKILL');
  }
}

/** The data folder itself belongs to the server's user, so only what is above it can bar the way. */
function withoutOwnFolder(dataDir: string): (path: string) => string {
  return (path) => (path.startsWith(`${dataDir}/`) ? dataDir : path);
}

async function statOrUndefined(path: string): Promise<{ uid: number } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function launch(
  binaries: PostgresBinaries,
  cluster: string,
  port: number,
  user: Unprivileged,
  options: PostgresOptions,
): ServerProcess {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: options.maxConnections ?? 200,
    // Ten thousand nodes with what is told of them in a day's bursts: else those who write have to make room first.
    shared_buffers: '256MB',
    password_encryption: 'scram-sha-256',
    // A failed statement is for its service to tell of, which leaves out the values that Postgres would quote.
    log_min_messages: 'log',
    log_error_verbosity: 'terse',
    log_line_prefix: '%m ',
    ...(options.durable === false ? { fsync: 'off', full_page_writes: 'off' } : {}),
  };
  const args = ['-D', cluster, '-p', String(port)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  return ServerProcess.spawn('Postgres', {
    program: binaries.postgres,
    args,
    cwd: cluster,
    env: { PATH: process.env['PATH'], LANG: 'C', LC_ALL: 'C', TZ: 'UTC' },
    deathSignal: 'INT',
    ...user,
    ...(options.onLine ? { onLine: options.onLine } : {}),
  });
}

/** A cluster appears under its name only when it is complete: an interrupted initdb leaves nothing to trip over. */
async function initialise(
  binaries: PostgresBinaries,
  dataDir: string,
  user: Unprivileged,
  durable: boolean,
): Promise<void> {
  const unfinished = join(dataDir, 'cluster.new');
  const passwordFile = join(dataDir, 'admin-password');
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  if (user.uid !== undefined) await chown(passwordFile, user.uid, user.gid ?? user.uid);
  const initdb = ServerProcess.spawn('initdb', {
    program: binaries.initdb,
    args: [
      ...['-D', unfinished, '-U', superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['-E', 'UTF8', '--locale=C', ...(durable ? [] : ['--no-sync'])],
    ],
    cwd: dataDir,
    env: { PATH: process.env['PATH'], LANG: 'C', LC_ALL: 'C', TZ: 'UTC' },
    ...user,
  });
  const { code } = await initdb.exited;
  if (code !== 0) throw new BessemerError('unavailable', `initdb failed:\n${initdb.output}`);
  await rename(unfinished, join(dataDir, 'cluster'));
}

async function answer(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: startTimeoutMs });
  await client.connect();
  try {
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}

/** Ends a postmaster that outlived its launcher, or drops its pid file when that pid is another program's by now. */
async function stopOrphan(cluster: string): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  if (!(pid > 0)) return await pause();
  if (await runsCluster(pid, cluster)) {
    process.kill(pid, 'SIGINT');
    while (await runsCluster(pid, cluster)) await pause();
  } else {
    await rm(pidFile, { force: true });
    await pause();
  }
}

async function runsCluster(pid: number, cluster: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(cluster);
}

async function pause(): Promise<void> {
  await new Promise((done) => setTimeout(done, 100));
}
