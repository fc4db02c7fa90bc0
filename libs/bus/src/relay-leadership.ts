import type { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';

type Session = Awaited<ReturnType<Database['openSession']>>;

const pingMs = 1_000;
/** Without an answer for so long the leader publishes nothing more. */
const trustMs = 2_500;
/** After so long without a ping Postgres ends the session: a stopped process does not keep the lead from the others. */
const idleSessionTimeout = '4s';

/**
 * Rows leave the index of unsent ones as fast as they come. A plain scan marks the entries that they leave behind and passes over them
 * from then on; a bitmap scan looks each of them up in the table again until the next vacuum.
 */
const plainIndexScans = 'SET enable_bitmapscan = off; SET enable_seqscan = off';

/** Leadership while it lasts: a session-level advisory lock on a connection of its own. */
export class Lead {
  /** Fires when the lead is lost or given up. */
  readonly ended: AbortSignal;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private answeredAt = performance.now();
  private isPinging = false;

  constructor(private readonly session: Session) {
    this.ended = this.controller.signal;
    session.on('error', () => this.end());
    session.on('end', () => this.end());
    this.timer = setInterval(() => void this.ping(), pingMs);
  }

  /** Whether this process leads, as far as can be known without asking; to be asked before every publish. */
  holds(): boolean {
    return !this.ended.aborted && performance.now() - this.answeredAt < trustMs;
  }

  /**
   * Runs a hot statement on the connection that holds the lock: it fails as soon as the lead is lost.
   *
   * @param name the same for the same text always
   */
  async query<Row extends object>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
    const askedAt = performance.now();
    const { rows } = await this.session.query<Row>({ name, text, values: [...values] });
    this.answeredAt = Math.max(this.answeredAt, askedAt);
    // A statement that took so long has used up the trust, and kept the pings from being answered.
    if (!this.holds()) await this.confirm();
    return rows;
  }

  async release(): Promise<void> {
    this.end();
    await this.session.end();
  }

  private async ping(): Promise<void> {
    if (this.isPinging) return;
    this.isPinging = true;
    try {
      await this.confirm();
    } catch {
      // The connection is gone, which is what the ping was to find out.
      this.end();
    } finally {
      this.isPinging = false;
    }
  }

  private async confirm(): Promise<void> {
    const askedAt = performance.now();
    await this.session.query('SELECT 1');
    this.answeredAt = Math.max(this.answeredAt, askedAt);
  }

  private end(): void {
    clearInterval(this.timer);
    this.controller.abort();
  }
}

/**
 * Waits until this process is the one that publishes for the schema. The others wait in Postgres's queue for the lock, so the next one
 * takes over as soon as the leader's connection ends.
 *
 * @param stop aborts the waiting
 * @throws `unavailable` when stopped; what pg throws when Postgres is away
 */
export async function acquireLead(database: Database, logger: Logger, stop: AbortSignal): Promise<Lead> {
  const session = await database.openSession('relay');
  let isWaiting = true;
  const abandon = () => {
    if (isWaiting) void session.end();
  };
  session.on('error', (error) => logger.warn({ err: error }, 'connection of the relay lost'));
  stop.addEventListener('abort', abandon, { once: true });
  try {
    if (stop.aborted) throw new BessemerError('unavailable', 'The relay is stopped.');
    await session.query(`SET idle_session_timeout = '${idleSessionTimeout}'`);
    await session.query(`SET client_connection_check_interval = '2s'`);
    await session.query(plainIndexScans);
    await session.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`bessemer.outbox.${database.schema}`]);
    isWaiting = false;
    return new Lead(session);
  } catch (error) {
    await session.end();
    throw error;
  } finally {
    stop.removeEventListener('abort', abandon);
  }
}
