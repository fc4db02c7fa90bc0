import type { Database, Transaction } from '@bessemer/database';
import type { BessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import type { Bus } from './bus.js';
import type { StreamName } from './streams.js';

/** A message as its handler sees it. */
export interface Received<T> {
  /** The CloudEvent's id, the same in each delivery. */
  id: string;
  subject: string;
  type: string;
  time: Date;
  data: T;
  /** Where it stands in its stream. */
  sequence: number;
  /** 1 in the first attempt; counted in Postgres. */
  attempt: number;
  /** W3C trace context of the one who sent it. */
  traceparent?: string;
}

/** One durable consumer and what is done with its messages. */
export interface ConsumeOptions<T extends object> {
  stream: StreamName;
  durable: string;
  filter: string;
  /** The class of the data. */
  type: new () => T;
  /** The class by the CloudEvent's type, where one consumer gets several; undefined: {@link type} is meant. */
  classOf?(type: string): (new () => T) | undefined;
  database: Database;
  /** Short database work in the transaction of the inbox. */
  handle(message: Received<T>, tx: Transaction): Promise<void>;
  /** In the transaction that writes the dead letter. */
  onDeadLetter?(message: Received<T>, error: BessemerError, tx: Transaction): Promise<void>;
  maxAttempts?: number;
  maxAckPending?: number;
  deliverFrom?: 'all' | 'new';
}

/** The durable consumers of a service. */
export class Consumers {
  constructor(
    readonly bus: Bus,
    readonly logger: Logger,
  ) {}

  async consume<T extends object>(options: ConsumeOptions<T>): Promise<void> {
    this.logger.debug({ durable: options.durable }, 'consuming');
  }

  async stop(): Promise<void> {
    this.logger.debug('consumers stopped');
  }
}
