import { setTimeout } from 'node:timers/promises';
import type { Logger } from '@bessemer/telemetry';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { AggregateQueues, type Queued } from './aggregate-queues.js';
import type { Bus } from './bus.js';
import type { ConsumeOptions } from './consumers.js';
import { DurablePosition, type DurableState } from './durable-position.js';
import { InboxRepository } from './inbox.repository.js';
import { type Predecessor, previousHeader, previousOfResourceHeader, readPredecessor } from './message-headers.js';
import { type Delivered, MessageProcessor, type Outcome } from './message-processor.js';
import { matchesFilter } from './subject-filter.js';
import { WakeUp } from './wake-up.js';

const defaultConcurrency = 8;
/** How many messages a process keeps ready for each that it handles: enough to be busy, few enough to leave some to others. */
const readyPerHandled = 8;
/** How many messages share a transaction where the effect is set-based. */
const mostTogether = 64;
const defaultGatherMs = 10;
const fetchMs = 10_000;
const sweepMs = 5_000;
/** Held longer than this, a message is reported as in progress, so that it is not delivered again. */
const progressMs = 2_000;
/** So long a process waits for a message's predecessor before it gives the message back. */
const earlyMs = 20_000;
/** Whether the predecessor was handled is asked again after a part of the time that was waited for it. */
const earlyPause = { part: 0.25, shortestMs: 3, longestMs: 500 };
/** nats-server 2.9 removes the files of a deleted consumer while others may make it anew already: so long they do not. */
const removalMs = 500;
const floorAgeMs = 100;
const unavailableMs = 1_000;
const shortestBackOffMs = 100;
const longestBackOffMs = 30_000;

/** One delivery, held by this process. */
interface Entry extends Queued {
  message: JsMsg;
  delivered: Delivered;
  receivedAt: number;
  /** When it was found that its turn had not come. */
  earlySince?: number;
}

/** The deliveries of one connection; acknowledging them on another might hit other messages of the same number. */
interface Session {
  generation: number;
  queues: AggregateQueues<Entry>;
  /** Aggregates whose next message waits for its predecessor. */
  postponed: Set<string>;
  state: DurableState;
  floorAt: number;
}

/** Pulls the messages of one durable and has them handled: those of one aggregate in order, others at the same time. */
export class DurableConsumer<T extends object> {
  private readonly position: DurablePosition<T>;
  private readonly processor: MessageProcessor<T>;
  private readonly concurrency: number;
  private readonly wakeUp = new WakeUp();
  private readonly sweepWakeUp = new WakeUp();
  private readonly stopping = new AbortController();
  private readonly logger: Logger;
  private readonly working = new Set<Promise<void>>();
  private session: Session | undefined;
  private deletedAt = Number.NEGATIVE_INFINITY;
  private fetching: ConsumerMessages | undefined;
  private loops: Promise<unknown> = Promise.resolve();
  private unlisten: (() => void) | undefined;
  private gathering: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly options: ConsumeOptions<T>,
    logger: Logger,
  ) {
    const inbox = new InboxRepository(options.database, options.durable);
    this.logger = logger.child({ durable: options.durable });
    this.position = new DurablePosition(bus, options, inbox);
    this.processor = new MessageProcessor(options, inbox, this.logger);
    this.concurrency = options.concurrency ?? defaultConcurrency;
  }

  /** Makes the durable and begins; throws when NATS or Postgres is away. */
  async start(): Promise<void> {
    const { database } = this.options;
    await this.open();
    this.bus.events.on('lost', this.interrupt).on('streamChanged', this.streamChanged);
    this.bus.events.on('consumerDeleted', this.consumerDeleted);
    this.unlisten = await database.listen(deadLettersChannel(database.schema), () => this.sweepWakeUp.set());
    this.loops = Promise.all([this.pullLoop(), this.sweepLoop()]);
  }

  /** Takes no more messages and waits for those in work. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.bus.events.off('lost', this.interrupt).off('streamChanged', this.streamChanged);
    this.bus.events.off('consumerDeleted', this.consumerDeleted);
    this.unlisten?.();
    this.fetching?.stop();
    await this.loops;
    clearTimeout(this.gathering);
    await Promise.all(this.working);
  }

  private readonly interrupt = (): void => {
    this.session = undefined;
    this.fetching?.stop();
    this.wakeUp.set();
  };

  private readonly streamChanged = (stream: string): void => {
    if (stream === this.options.stream) this.interrupt();
  };

  private readonly consumerDeleted = (stream: string, durable: string): void => {
    if (stream !== this.options.stream || durable !== this.options.durable) return;
    this.deletedAt = performance.now();
    this.interrupt();
  };

  private async open(): Promise<Session> {
    const { generation } = this.bus;
    const wait = this.deletedAt + removalMs - performance.now();
    if (wait > 0) await setTimeout(wait);
    const state = await this.bus.whileConnected(this.position.ensure());
    const queues = new AggregateQueues<Entry>();
    const session = { generation, state, queues, postponed: new Set<string>(), floorAt: performance.now() };
    this.session = session;
    return session;
  }

  private async pullLoop(): Promise<void> {
    const stop = this.stopping.signal;
    let failures = 0;
    while (!stop.aborted) {
      try {
        await this.bus.whenHealthy(stop);
        await this.pull(this.session ?? (await this.open()));
        failures = 0;
      } catch (error) {
        this.session = undefined;
        if (stop.aborted) return;
        failures += 1;
        this.logger.warn({ err: error }, 'messages cannot be pulled at present');
        this.wakeUp.reset();
        await this.wakeUp.wait(backOff(failures), stop);
      }
    }
  }

  private async pull(session: Session): Promise<void> {
    const { stream, durable } = this.options;
    const consumer = await this.bus.whileConnected(this.bus.jetstream.consumers.get(stream, durable));
    while (this.isCurrent(session) && !this.stopping.signal.aborted) {
      this.wakeUp.reset();
      const free = this.freePlaces(session);
      if (free <= 0) {
        await this.wakeUp.wait(sweepMs, this.stopping.signal);
        continue;
      }
      const messages = await consumer.fetch({ max_messages: free, expires: fetchMs });
      this.fetching = messages;
      if (!this.isCurrent(session) || this.stopping.signal.aborted) messages.stop();
      for await (const message of messages) {
        if (this.isCurrent(session)) this.receive(session, message);
      }
    }
  }

  /**
   * Messages that wait for a predecessor take no place from others: it may be among those still to be pulled. All that may be
   * unacknowledged at a time finds room here, so that they cannot block each other.
   */
  private freePlaces(session: Session): number {
    let waiting = 0;
    for (const aggregate of session.postponed) waiting += session.queues.sizeOf(aggregate);
    const each = this.options.handleAll === undefined ? readyPerHandled : mostTogether;
    return this.concurrency * each - (session.queues.size - waiting);
  }

  private isCurrent(session: Session): boolean {
    return this.session === session && this.bus.generation === session.generation;
  }

  private receive(session: Session, message: JsMsg): void {
    const payload = message.string();
    const { stream } = this.options;
    const header = this.isOfResource ? previousOfResourceHeader : previousHeader;
    session.queues.add({
      aggregate: aggregateOf(payload, message.subject),
      sequence: message.seq,
      message,
      receivedAt: performance.now(),
      delivered: {
        subject: message.subject,
        sequence: message.seq,
        payload,
        fallbackId: `${stream}:${session.state.incarnation}:${message.seq}`,
        previous: readPredecessor(message.headers, header),
      },
    });
    if (this.options.handleAll === undefined) this.dispatch(session);
    else this.gather();
  }

  /** Messages come in bursts, as relays send them: a moment later a whole one is there. */
  private gather(): void {
    this.gathering ??= globalThis.setTimeout(() => {
      this.gathering = undefined;
      // By then the session may be another, whose messages wait for this too.
      if (this.session) this.dispatch(this.session);
    }, this.options.gatherMs ?? defaultGatherMs);
  }

  /** Whether the filter names the resource: then the predecessor is meant among the messages of the resource. */
  private get isOfResource(): boolean {
    const { stream, filter } = this.options;
    return stream === 'EVENTS' && !/[*>]/.test(filter.split('.')[3] ?? '>');
  }

  private dispatch(session: Session): void {
    while (this.working.size < this.concurrency && this.isCurrent(session)) {
      const entries = this.takeReady(session);
      const [first] = entries;
      if (first === undefined) return;
      const working = entries.length === 1 ? this.work(session, first) : this.workTogether(session, entries);
      const work = working.finally(() => {
        this.working.delete(work);
        this.wakeUp.set();
        if (this.session) this.dispatch(this.session);
      });
      this.working.add(work);
    }
  }

  /** The heads of queues that are handled in one transaction; one where the effect is not set-based. */
  private takeReady(session: Session): Entry[] {
    const most = this.options.handleAll === undefined ? 1 : mostTogether;
    const entries: Entry[] = [];
    for (let entry = session.queues.take(); entry; entry = entries.length < most ? session.queues.take() : undefined)
      entries.push(entry);
    return entries;
  }

  private async workTogether(session: Session, entries: readonly Entry[]): Promise<void> {
    const isFinished = (previous: Predecessor) => this.isFinished(session, previous);
    const handled = await this.processor.processAll(
      entries.map(({ delivered }) => delivered),
      isFinished,
    );
    for (const entry of entries) {
      if (!handled.has(entry.delivered)) await this.work(session, entry);
      else if (this.isCurrent(session)) this.finish(session, entry, { kind: 'handled' });
    }
  }

  private async work(session: Session, entry: Entry): Promise<void> {
    const isFinished = (previous: Predecessor) => this.isFinished(session, previous);
    const outcome = await this.processor.process(entry.delivered, isFinished, entry.earlySince !== undefined);
    if (!this.isCurrent(session)) return;
    if (outcome.kind === 'early') {
      await this.postpone(session, entry);
      return;
    }
    this.finish(session, entry, outcome);
  }

  private finish(session: Session, entry: Entry, outcome: Exclude<Outcome, { kind: 'early' }>): void {
    session.queues.remove(entry);
    session.queues.release(entry.aggregate);
    this.answer(entry.message, outcome);
  }

  private answer(message: JsMsg, outcome: Exclude<Outcome, { kind: 'early' }>): void {
    if (outcome.kind === 'handled') message.ack();
    else if (outcome.kind === 'dead') message.term();
    else message.nak(outcome.kind === 'failed' ? backOff(outcome.attempts) : unavailableMs);
  }

  /** Its predecessor is with another process, or about to be delivered again. */
  private async postpone(session: Session, entry: Entry): Promise<void> {
    const { aggregate } = entry;
    const now = performance.now();
    entry.earlySince ??= now;
    const waited = now - entry.earlySince;
    if (waited > earlyMs) {
      for (const { message } of session.queues.removeAll(aggregate)) message.nak(unavailableMs);
      session.queues.release(aggregate);
      return;
    }
    session.postponed.add(aggregate);
    const { part, shortestMs, longestMs } = earlyPause;
    const pause = Math.min(Math.max(waited * part, shortestMs), longestMs);
    void setTimeout(pause, undefined, { ref: false }).then(() => {
      session.postponed.delete(aggregate);
      session.queues.release(aggregate);
      if (this.isCurrent(session)) this.dispatch(session);
    });
    await this.refreshFloor(session);
  }

  private async refreshFloor(session: Session): Promise<void> {
    if (performance.now() - session.floorAt < floorAgeMs) return;
    session.floorAt = performance.now();
    try {
      session.state.floor = (await this.position.floor()) ?? session.state.floor;
    } catch (error) {
      this.logger.debug({ err: error }, 'position not known at present');
    }
  }

  /** What this consumer never gets, or has behind it, need not be waited for. */
  private isFinished(session: Session, previous: Predecessor): boolean {
    return previous.sequence <= session.state.floor || !matchesFilter(this.options.filter, previous.subject);
  }

  /** Keeps what is held from being delivered again, notes the position, and handles dead letters that are to be replayed. */
  private async sweepLoop(): Promise<void> {
    const stop = this.stopping.signal;
    let notedAt = performance.now();
    while (!stop.aborted) {
      this.sweepWakeUp.reset();
      try {
        this.reportProgress();
        await this.processor.replayRequested();
        if (performance.now() - notedAt >= sweepMs) {
          notedAt = performance.now();
          await this.notePosition();
        }
      } catch (error) {
        this.logger.warn({ err: error }, 'sweep of the consumer failed');
      }
      await this.sweepWakeUp.wait(progressMs, stop);
    }
  }

  private reportProgress(): void {
    const { session } = this;
    if (!session || !this.isCurrent(session)) return;
    for (const { message, receivedAt } of session.queues.entries()) {
      if (performance.now() - receivedAt > progressMs) message.working();
    }
  }

  private async notePosition(): Promise<void> {
    const { session } = this;
    if (!session || !this.isCurrent(session) || !this.bus.isHealthy()) return;
    const state = await this.position.note(session.state);
    if (state) session.state = state;
    else if (this.session === session) this.interrupt();
  }
}

/** The channel on which replays of dead letters are asked for. */
export function deadLettersChannel(schema: string): string {
  return `${schema}_dead_letters`;
}

/** The order's key as the sender gave it, else the fifth token of the subject. */
function aggregateOf(payload: string, subject: string): string {
  const fallback = subject.split('.')[4] ?? subject;
  try {
    const event: unknown = JSON.parse(payload);
    if (typeof event !== 'object' || event === null || !('partitionkey' in event)) return fallback;
    return typeof event.partitionkey === 'string' ? event.partitionkey : fallback;
  } catch {
    // A malformed message goes to the dead letters when its turn comes; any queue will do.
    return fallback;
  }
}

function backOff(attempts: number): number {
  return Math.min(shortestBackOffMs * 2 ** (attempts - 1), longestBackOffMs);
}
