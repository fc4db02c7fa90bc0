import { setTimeout } from 'node:timers/promises';
import { type Database, isDatabaseUnavailable } from '@bessemer/database';
import { isBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import type { Bus } from './bus.js';
import { OutboxRepository } from './outbox.repository.js';
import { Publisher } from './publisher.js';
import { acquireLead, type Lead } from './relay-leadership.js';
import { outboxChannel, registerRelay, unregisterRelay, type Wakeable } from './relay-wake.js';
import { removeOutdated } from './retention.repository.js';
import { type CheckedStreams, StreamCheck } from './stream-check.js';
import { WakeUp } from './wake-up.js';

/** How a relay works. */
export interface RelayOptions {
  database: Database;
  bus: Bus;
  logger: Logger;
  /** Time between two sweeps, which find what a lost wake-up left behind, milliseconds. Default: 2 s. */
  sweepMs?: number;
  /** How long sent rows are kept to make good what NATS loses, milliseconds. Inboxes remember thrice as long. Default: 24 h. */
  retentionMs?: number;
  /** After how long a command without confirmation is published again, milliseconds. Default: 10 s. */
  confirmAfterMs?: number;
}

const defaults = { sweepMs: 2_000, retentionMs: 86_400_000, confirmAfterMs: 10_000 };
const inboxRetentionFactor = 3;
const replayedRetentionMs = 30 * 86_400_000;
const batchSize = 512;
/** A batch of so many rows says that more are on their way: then the relay lets them gather, which halves its cost. */
const busyFrom = 4;
const gatherMs = 10;
const longestCleanUpPauseMs = 600_000;
const shortestPauseMs = 50;
const longestPauseMs = 5_000;

/** An aggregate whose next row could not be published. */
interface Waiting {
  until: number;
  failures: number;
}

/**
 * Publishes the outbox of one schema. Of all relays of a schema one works, the others stand by. Rows are selected as unsent, so
 * that nothing is passed over; a commit wakes the relay, and a sweep finds what no wake-up told of.
 */
export class Relay implements Wakeable {
  private readonly settings: Required<RelayOptions>;
  private readonly repository: OutboxRepository;
  private readonly publisher: Publisher;
  private readonly check: StreamCheck;
  private readonly waiting = new Map<string, Waiting>();
  private readonly wakeUp = new WakeUp();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private unlisten: (() => void) | undefined;
  private lead: Lead | undefined;
  /** Undefined as soon as there is a doubt whether the streams are still those that were checked. */
  private streams: CheckedStreams | undefined;
  private doubts = 0;
  private sweepAt = 0;
  private cleanUpAt = 0;
  private lastBatch = 0;

  constructor(options: RelayOptions) {
    this.settings = { ...defaults, ...options };
    this.repository = new OutboxRepository();
    this.publisher = new Publisher(options.bus);
    this.check = new StreamCheck(options.bus, this.repository, options.logger);
  }

  get isLeading(): boolean {
    return this.lead?.holds() ?? false;
  }

  /** Begins to stand by, or to publish when nobody else does. */
  async start(): Promise<void> {
    const { database, bus } = this.settings;
    registerRelay(database, this);
    bus.events.on('lost', this.doubt).on('restored', this.wakeNow).on('streamChanged', this.checkAnew);
    this.unlisten = await database.listen(outboxChannel(database.schema), () => this.wake());
    this.running = this.run();
  }

  /** Finishes the batch in work and gives up the lead. */
  async stop(): Promise<void> {
    const { database, bus } = this.settings;
    unregisterRelay(database, this);
    bus.events.off('lost', this.doubt).off('restored', this.wakeNow).off('streamChanged', this.checkAnew);
    this.unlisten?.();
    this.stopping.abort();
    this.wake();
    await this.running;
  }

  /** There is something to publish. */
  wake(): void {
    this.wakeUp.set();
  }

  wakeFailed(error: unknown): void {
    this.settings.logger.warn({ err: error }, 'relay could not be woken; its sweep will find the row');
  }

  private readonly doubt = (): void => {
    this.doubts += 1;
    this.streams = undefined;
  };

  private readonly wakeNow = (): void => {
    this.waiting.clear();
    this.wake();
  };

  private readonly checkAnew = (): void => {
    this.doubt();
    this.wake();
  };

  private async run(): Promise<void> {
    const { database, logger } = this.settings;
    let failures = 0;
    while (!this.stopping.signal.aborted) {
      try {
        this.lead = await acquireLead(database, logger, this.stopping.signal);
        logger.info({ schema: database.schema }, 'relay leads');
        failures = 0;
        await this.publishWhileLeading(this.lead);
      } catch (error) {
        if (this.stopping.signal.aborted) break;
        failures += 1;
        logger.warn({ err: error }, 'relay has to begin anew');
        this.wakeUp.reset();
        await this.wakeUp.wait(backOff(failures), this.stopping.signal);
      } finally {
        await this.lead?.release();
        this.lead = undefined;
      }
    }
  }

  private async publishWhileLeading(lead: Lead): Promise<void> {
    const { bus, logger } = this.settings;
    const ended = AbortSignal.any([lead.ended, this.stopping.signal]);
    this.doubt();
    this.sweepAt = 0;
    let failures = 0;
    while (!ended.aborted) {
      try {
        await bus.whenHealthy(ended);
        this.wakeUp.reset();
        await this.sweepIfDue(lead);
        const isDone = await this.publishBatch(lead);
        failures = 0;
        if (!lead.holds()) await this.wakeUp.wait(shortestPauseMs, ended);
        else if (isDone) await this.waitForRows(ended);
      } catch (error) {
        if (ended.aborted) break;
        failures += 1;
        this.doubt();
        const reason = isDatabaseUnavailable(error) ? 'Postgres is away' : 'a pass of the relay failed';
        logger.warn({ err: error }, reason);
        await this.wakeUp.wait(backOff(failures), ended);
      }
    }
  }

  private async waitForRows(ended: AbortSignal): Promise<void> {
    await this.wakeUp.wait(this.nextDue(), ended);
    if (this.lastBatch >= busyFrom && !ended.aborted) await setTimeout(gatherMs);
  }

  /** One batch; true when there is nothing more to do now. */
  private async publishBatch(lead: Lead): Promise<boolean> {
    const streams = await this.checkedStreams(lead);
    const now = performance.now();
    const held = [...this.waiting].filter(([, { until }]) => until > now).map(([aggregate]) => aggregate);
    const rows = await this.repository.unsent(lead, batchSize, held);
    this.lastBatch = rows.length;
    if (rows.length === 0) return true;
    const { sent, failed } = await this.publisher.publish(
      rows,
      streams,
      () => lead.holds() && this.streams === streams && this.settings.bus.isHealthy(),
    );
    if (sent.length > 0) await this.repository.markSent(lead, sent);
    this.noteOutcome(rows, failed);
    return rows.length < batchSize && failed.size === 0 && sent.length === rows.length;
  }

  private noteOutcome(rows: readonly { aggregate: string; subject: string }[], failed: Map<string, unknown>): void {
    for (const { aggregate } of rows) if (!failed.has(aggregate)) this.waiting.delete(aggregate);
    for (const [aggregate, error] of failed) {
      const failures = (this.waiting.get(aggregate)?.failures ?? 0) + 1;
      this.waiting.set(aggregate, { failures, until: performance.now() + backOff(failures) });
      const level = isBessemerError(error) && error.code === 'unavailable' ? 'debug' : 'warn';
      this.settings.logger[level]({ err: error, aggregate, failures }, 'message not published yet');
    }
    if (failed.size > 0) this.doubt();
  }

  private async checkedStreams(lead: Lead): Promise<CheckedStreams> {
    const { bus } = this.settings;
    while (!this.streams) {
      const doubts = this.doubts;
      const checked = await bus.whileConnected(this.check.run(lead));
      if (doubts === this.doubts) this.streams = checked;
    }
    return this.streams;
  }

  private async sweepIfDue(lead: Lead): Promise<void> {
    const { database, logger, sweepMs, retentionMs, confirmAfterMs } = this.settings;
    if (performance.now() < this.sweepAt) return;
    this.doubt();
    const repeated = await this.repository.repeatUnconfirmed(lead, confirmAfterMs);
    if (repeated > 0) logger.info({ rows: repeated }, 'commands without confirmation are published again');
    if (performance.now() >= this.cleanUpAt) {
      const inboxMs = retentionMs * inboxRetentionFactor;
      await removeOutdated(database, { outboxMs: retentionMs, inboxMs, replayedMs: replayedRetentionMs });
      this.cleanUpAt = performance.now() + Math.min(longestCleanUpPauseMs, retentionMs);
    }
    this.sweepAt = performance.now() + sweepMs;
  }

  private nextDue(): number {
    const dues = [this.sweepAt, ...[...this.waiting.values()].map(({ until }) => until)];
    return Math.max(0, Math.min(...dues) - performance.now());
  }
}

function backOff(failures: number): number {
  return Math.min(shortestPauseMs * 2 ** (failures - 1), longestPauseMs);
}
