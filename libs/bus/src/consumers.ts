import type { Database, Transaction } from '@bessemer/database';
import type { BessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import type { Bus } from './bus.js';
import { DurableConsumer } from './durable-consumer.js';
import type { StreamName } from './streams.js';

/** A message as its handler sees it. */
export interface Received<T> {
  /** The CloudEvent's id, the same in each delivery. */
  id: string;
  subject: string;
  /** The CloudEvent's type. */
  type: string;
  /** When it was written to the outbox. */
  time: Date;
  data: T;
  /** Where it stands in its stream. */
  sequence: number;
  /** 1 in the first attempt; failed attempts are counted in Postgres, not by delivery. */
  attempt: number;
  /** W3C trace context of the sender; the handler runs within it already. */
  traceparent?: string;
}

/** One durable consumer and what is done with its messages. */
export interface ConsumeOptions<T extends object> {
  stream: StreamName;
  /** Name of the durable at the server and in the inbox; processes that give the same one share its messages. */
  durable: string;
  /** Subject with wildcards. The order of an aggregate is kept for filters that name a lane, group and type, a service, or its resource. */
  filter: string;
  /** The class of the data, by which it is validated. */
  type: new () => T;
  /** The class by the CloudEvent's type, where one consumer gets several; undefined: {@link type} is meant. */
  classOf?(type: string): (new () => T) | undefined;
  /** Holds the inbox, in the schema of the effect. */
  database: Database;
  /**
   * The effect: short database work in the transaction that enters the message into the inbox, through `tx` alone (waiting within it for
   * another connection of the pool may never end). Throwing is a failed attempt, unless the database was away. Never called again
   * once that transaction has committed.
   */
  handle(message: Received<T>, tx: Transaction): Promise<void>;
  /**
   * The same effect for messages of different aggregates at once, where that costs less than one after another: all of
   * them in one transaction. When it throws, each is handled by itself, so that only the message at fault fails.
   */
  handleAll?(messages: readonly Received<T>[], tx: Transaction): Promise<void>;
  /** How long messages gather before {@link handleAll} gets them, milliseconds: the longer, the fewer transactions. Default: 10. */
  gatherMs?: number;
  /** What else is to be written in the transaction of the dead letter; not called for malformed messages. */
  onDeadLetter?(message: Received<T>, error: BessemerError, tx: Transaction): Promise<void>;
  /** Failed attempts until a message is given up, with back-off from 0.1 to 30 s in between. Default: 10. */
  maxAttempts?: number;
  /** How many messages all processes together may hold unacknowledged. Default: 256. */
  maxAckPending?: number;
  /** How many messages this process handles at a time; each takes a database connection. Default: 8. */
  concurrency?: number;
  /** Where a consumer of EVENTS begins that has never been there before. Default: `all`. */
  deliverFrom?: 'all' | 'new';
}

/** The durable consumers of a service. */
export class Consumers {
  private readonly consumers: { stop(): Promise<void> }[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  /**
   * Starts to handle the messages of a durable, which is made if need be; goes on over restarts of NATS and Postgres and when the
   * durable or its stream is deleted, until {@link stop}.
   *
   * @throws when NATS or Postgres is away at the beginning
   */
  async consume<T extends object>(options: ConsumeOptions<T>): Promise<void> {
    const consumer = new DurableConsumer(this.bus, options, this.logger);
    await consumer.start();
    this.consumers.push(consumer);
  }

  /** Takes no more messages and waits for those in work. */
  async stop(): Promise<void> {
    await Promise.all(this.consumers.splice(0).map((consumer) => consumer.stop()));
  }
}
