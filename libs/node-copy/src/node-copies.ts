import { once } from 'node:events';
import { type Consumers, type Questions, type Received } from '@bessemer/bus';
import {
  eventDurable,
  NodeCopiesEvent,
  rpcSubject,
  type ServiceName,
  SnapshotAnswer,
  type SnapshotQuestion,
} from '@bessemer/contracts';
import type { Database, Transaction } from '@bessemer/database';
import { BessemerError, isBessemerError, toBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { type NodeChange, NodeCopiesRepository, type Report } from './node-copies.repository.js';

export type { NodeChange } from './node-copies.repository.js';

/** Where the copy lives and who is told of changes. */
export interface NodeCopiesOptions {
  /** The service that holds the copy. */
  service: ServiceName;
  database: Database;
  consumers: Consumers;
  questions: Questions;
  logger: Logger;
  /** How often the whole copy is compared with the api's snapshot, milliseconds; ten minutes by default. */
  sweepMs?: number;
  /**
   * Whether nodes matter only for their tasks, so that of new ones, which have none, nothing need be heard: they are in the copy when
   * they have changed, or when it was compared.
   */
  isForTasks?: boolean;
  /** Rows of one page of the snapshot; 100 keep a page well under the limit of a message. */
  pageSize?: number;
  /** Told in the transaction of the change. */
  onChange?(changes: NodeChange[], tx: Transaction): Promise<void>;
}

/** How the copy stands. */
export interface CopyState {
  /** When it was last compared in full, null before the first time. */
  comparedAt: Date | null;
  /** Why the last comparison failed and since when comparisons fail. */
  problem: { reason: string; since: Date } | null;
}

/** Events bring every change; the sweep reads every node, so that it costs the more the more there are. */
const defaultSweepMs = 600_000;
/** A copy is behind by this much at most for it, and is written in as few transactions. */
const gatherMs = 100;
/** How soon a failed comparison is tried again. */
const retryMs = 1000;

/**
 * A copy of the api's nodes (DESIGN.md §1): built from the paged snapshot, kept by events with a higher revision or a later
 * incarnation (docs/adr/0011), compared again by a sweep; deletions leave tombstones.
 */
export class NodeCopies {
  private readonly repository: NodeCopiesRepository;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private comparedAt: Date | null = null;
  private problem: CopyState['problem'] = null;

  constructor(private readonly options: NodeCopiesOptions) {
    this.repository = new NodeCopiesRepository(options.database);
  }

  /** Follows events, and compares in the background; returns as soon as events are followed. */
  async start(): Promise<void> {
    const { consumers, database, service } = this.options;
    await consumers.consume({
      stream: 'EVENTS',
      durable: eventDurable(service, 'api'),
      filter: `metal.event.api.node-copies.*.${this.options.isForTasks === true ? 'changed' : '*'}`,
      type: NodeCopiesEvent,
      database,
      handle: (message, tx) => this.apply(tx, reportsOf([message])),
      handleAll: (messages, tx) => this.apply(tx, reportsOf(messages)),
      gatherMs,
      // What the message told is found by comparing.
      onDeadLetter: async (_message, _error, tx) => tx.afterCommit(() => this.schedule(0)),
      concurrency: 1,
    });
    this.schedule(0);
  }

  /** Ends the sweep and waits for a comparison that runs. */
  async stop(): Promise<void> {
    this.stopping.abort(new BessemerError('unavailable', 'The service is stopping.'));
    clearTimeout(this.timer);
    await this.running?.catch(() => undefined);
  }

  state(): CopyState {
    return { comparedAt: this.comparedAt, problem: this.problem };
  }

  /** Compares the whole copy now; calls that overlap share one comparison. Throws what the api's answer threw. */
  refresh(): Promise<void> {
    this.running ??= this.compare().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private schedule(delayMs: number): void {
    if (this.stopping.signal.aborted) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.sweep(), delayMs);
    this.timer.unref();
  }

  private async sweep(): Promise<void> {
    try {
      await this.refresh();
      this.problem = null;
      this.schedule(this.options.sweepMs ?? defaultSweepMs);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      const { message } = toBessemerError(error);
      if (this.problem?.reason !== message) this.options.logger.warn({ reason: message }, 'nodes cannot be compared');
      this.problem = { reason: message, since: this.problem?.since ?? new Date() };
      this.schedule(retryMs);
    }
  }

  private async compare(): Promise<void> {
    const startedAt = await this.repository.now();
    let limit = this.options.pageSize ?? 100;
    let after: string | undefined;
    do {
      const askedAt = await this.repository.now();
      const page = await this.ask({ after, limit });
      if (page === null) limit = Math.ceil(limit / 2);
      else {
        await this.comparePage(page, after, askedAt);
        after = page.next ?? undefined;
        if (after === undefined) break;
      }
    } while (!this.stopping.signal.aborted);
    this.stopping.signal.throwIfAborted();
    await this.repository.compared(startedAt);
    this.comparedAt = startedAt;
  }

  /** One page; null when it would not fit into a message. Throws at once when the copy is stopped meanwhile. */
  private async ask(question: SnapshotQuestion): Promise<SnapshotAnswer | null> {
    const { signal } = this.stopping;
    signal.throwIfAborted();
    const listening = new AbortController();
    const stopped = once(signal, 'abort', { signal: listening.signal }).then(() => signal.throwIfAborted());
    const options = { answer: SnapshotAnswer, timeoutMs: 10_000 };
    const answer = this.options.questions.ask(rpcSubject('api', 'node-snapshot'), question, options);
    try {
      return (await Promise.race([answer, stopped])) ?? null;
    } catch (error) {
      if (isBessemerError(error) && error.code === 'too-large' && question.limit > 1) return null;
      throw error;
    } finally {
      stopped.catch(() => undefined);
      answer.catch(() => undefined);
      listening.abort();
    }
  }

  private async comparePage(page: SnapshotAnswer, after: string | undefined, askedAt: Date): Promise<void> {
    const common = { source: 'snapshot', askedAt, observedAt: askedAt } as const;
    await this.options.database.transaction(async (tx) => {
      const absent = await this.repository.absent(tx, {
        after,
        last: page.next ?? undefined,
        uuids: page.rows.map((row) => row.uuid),
        askedAt,
      });
      const reports: Report[] = [
        ...page.rows.map((row) => ({ ...common, ...identityOf(row), row })),
        ...absent.map((row) => ({ ...common, ...row, revision: Number(row.revision), row: null })),
      ];
      await this.apply(tx, reports);
    });
  }

  private async apply(tx: Transaction, reports: Report[]): Promise<void> {
    for (const turn of inTurns(reports)) {
      const changes = await this.repository.apply(tx, turn);
      if (changes.length > 0) await this.options.onChange?.(changes, tx);
    }
  }
}

/** What messages report of nodes, in their order. */
function reportsOf(messages: readonly Received<NodeCopiesEvent>[]): Report[] {
  return messages.flatMap(({ data: { changed, deleted }, time }) => {
    const common = { source: 'event', observedAt: time } as const;
    return [
      ...changed.map((row) => ({ ...common, ...identityOf(row), row })),
      ...deleted.map((tombstone) => ({ ...common, ...identityOf(tombstone), row: null })),
    ];
  });
}

const identityOf = ({ uuid, incarnation, revision }: Pick<Report, 'uuid' | 'incarnation' | 'revision'>) => ({
  uuid,
  incarnation,
  revision,
});

/** Parts of reports, each of which tells of a node once at most, in their order. */
function inTurns(reports: readonly Report[]): Report[][] {
  const turns: Report[][] = [];
  const turnOf = new Map<string, number>();
  for (const report of reports) {
    const turn = (turnOf.get(report.uuid) ?? -1) + 1;
    turnOf.set(report.uuid, turn);
    if (turns[turn] === undefined) turns.push([report]);
    else turns[turn].push(report);
  }
  return turns;
}
