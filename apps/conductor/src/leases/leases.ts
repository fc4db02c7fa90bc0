import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Database, isDatabaseUnavailable } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import { leaseMs, renewalMs } from '../tasks/tasks.repository.js';
import { Lease } from './lease.js';
import { monotonicMs } from './monotonic.js';
import type { FromRenewal, ToRenewal } from './renewal.worker.js';

/** For how long an answer of Postgres is believed before an effect on hardware. */
const trustMs = 1000;
const retryMs = 200;

/** The leases that this conductor holds: taken, renewed in a thread of its own, checked before each effect. */
export class Leases {
  private readonly held = new Map<string, Lease>();
  private worker: Worker | undefined;

  /**
   * @param database the conductor's schema
   * @param databaseUrl for the thread's own connection
   */
  constructor(
    private readonly database: Database,
    private readonly databaseUrl: string,
    private readonly logger: Logger,
  ) {}

  /** Starts the thread that renews. */
  start(): void {
    const worker = new Worker(new URL('./renewal.worker.js', import.meta.url), {
      workerData: { url: this.databaseUrl, schema: this.database.schema, leaseMs, renewalMs },
    });
    worker.on('message', (message: FromRenewal) => this.renewed(message));
    worker.on('error', (error) => this.logger.error({ err: error }, 'the renewal of leases failed'));
    worker.on('exit', () => {
      if (this.worker === worker) this.start();
    });
    this.worker = worker;
    for (const { task, fence } of this.held.values()) this.tell({ add: { task, fence } });
  }

  async stop(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  /** Holds the lease of a task that was claimed with a statement sent at `askedAt` (monotonic milliseconds). */
  hold(task: string, fence: number, askedAt: number): Lease {
    const lease = new Lease(task, fence, askedAt, leaseMs);
    this.held.set(task, lease);
    this.tell({ add: { task, fence } });
    return lease;
  }

  /** Renews it no more. */
  release(lease: Lease): void {
    if (this.held.get(lease.task) === lease) this.held.delete(lease.task);
    this.tell({ remove: { task: lease.task, fence: lease.fence } });
  }

  /**
   * Returns when the lease is known to stand now: by an answer at most a second old, else by asking Postgres, again and
   * again while it is away and the lease may stand.
   * @throws LeaseLostError when it does not stand, or nobody can say so
   */
  async guard(lease: Lease): Promise<void> {
    while (!lease.isKnownToStand(trustMs)) {
      lease.signal.throwIfAborted();
      try {
        await this.ask(lease);
      } catch (error) {
        if (!isDatabaseUnavailable(error)) throw error;
        if (!lease.mayStand()) throw lease.lose('the database does not answer');
        await delay(retryMs, undefined, { signal: lease.signal });
      }
    }
  }

  /** Ends the lease if Postgres says that it does not stand any more; otherwise nothing. */
  async verify(lease: Lease): Promise<void> {
    try {
      await this.ask(lease);
    } catch (error) {
      this.logger.debug({ err: error, task: lease.task }, 'a lease was verified');
    }
  }

  private async ask(lease: Lease): Promise<void> {
    const askedAt = monotonicMs();
    const [row] = await this.database.query<{ remaining: number }>(
      `SELECT (extract(epoch FROM lease_until - clock_timestamp()) * 1000)::integer AS remaining FROM tasks
       WHERE uuid = $1 AND fence = $2 AND lease_until > clock_timestamp()`,
      [lease.task, lease.fence],
    );
    if (row === undefined) throw lease.lose('it ran out, or another conductor has taken the task');
    lease.confirm(askedAt, row.remaining);
  }

  private tell(message: ToRenewal): void {
    this.worker?.postMessage(message);
  }

  private renewed(message: FromRenewal): void {
    if ('problem' in message) {
      this.logger.warn({ problem: message.problem }, 'leases were not renewed');
      return;
    }
    for (const { task, fence } of message.renewed) {
      const lease = this.held.get(task);
      if (lease?.fence === fence) lease.confirm(message.askedAt, leaseMs);
    }
    for (const { task, fence } of message.lost) {
      const lease = this.held.get(task);
      if (lease?.fence === fence) lease.lose('it could not be renewed');
    }
  }
}
