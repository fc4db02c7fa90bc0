import { isDatabaseUnavailable, type Transaction } from '@bessemer/database';
import { BessemerError, toBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { parseCloudEvent, type ReceivedEvent } from './cloud-event.js';
import type { ConsumeOptions, Received } from './consumers.js';
import type { InboxRepository, RejectedMessage } from './inbox.repository.js';
import type { Predecessor } from './message-headers.js';
import { parseMessage } from './message-validation.js';
import { withTraceparent } from './trace-context.js';

/** A message as it was delivered. */
export interface Delivered {
  subject: string;
  sequence: number;
  payload: string;
  /** Stands for the id of what has none, because it is no CloudEvent. */
  fallbackId: string;
  /** The message that must have been handled before. */
  previous: Predecessor | undefined;
}

/**
 * What is to be done with a delivery: `handled` it is finished; `early` its predecessor is not; `failed` try again after a while;
 * `unavailable` the database was away, which is no attempt; `dead` it was given up.
 */
export type Outcome =
  | { kind: 'handled' }
  | { kind: 'early' }
  | { kind: 'failed'; attempts: number }
  | { kind: 'unavailable' }
  | { kind: 'dead' };

/** Rolls back what was begun for a message whose turn it is not. */
class NotNextError extends Error {}

const defaultMaxAttempts = 10;

/** Handles messages of one durable consumer: inbox and effect in one transaction, attempts counted in Postgres. */
export class MessageProcessor<T extends object> {
  constructor(
    private readonly options: ConsumeOptions<T>,
    private readonly inbox: InboxRepository,
    private readonly logger: Logger,
  ) {}

  /**
   * Handles one delivery.
   *
   * @param isFinished whether a predecessor that the inbox does not know is nevertheless done with
   * @param isDoubtful whether its turn had not come before, so that it is asked for before a transaction is begun
   */
  async process(
    delivered: Delivered,
    isFinished: (previous: Predecessor) => boolean,
    isDoubtful: boolean,
  ): Promise<Outcome> {
    const parsed = this.parse(delivered);
    if (parsed instanceof BessemerError) return await this.refuse(delivered, parsed);
    const { event, data } = parsed;
    const { previous } = delivered;
    const awaited = previous && !isFinished(previous) ? previous.id : undefined;
    try {
      if (isDoubtful && awaited !== undefined && !(await this.inbox.knows(awaited))) return { kind: 'early' };
      await this.options.database.transaction(async (tx) => {
        const entry = await this.inbox.enter(tx, event.id, awaited);
        if (!entry.isNew) return;
        if (!entry.isNext) throw new NotNextError();
        const message = receivedOf(event, delivered, data, entry.attempts + 1);
        await withTraceparent(event.traceparent, () => this.options.handle(message, tx));
        if (entry.attempts > 0) await this.inbox.forgetFailures(tx, event.id);
      });
      return { kind: 'handled' };
    } catch (error) {
      if (error instanceof NotNextError) return { kind: 'early' };
      return await this.failed(delivered, event, data, error);
    }
  }

  /**
   * Handles deliveries of different aggregates in one transaction.
   *
   * @returns those that were handled; each other one is to be handled by itself
   */
  async processAll(
    deliveries: readonly Delivered[],
    isFinished: (previous: Predecessor) => boolean,
  ): Promise<Set<Delivered>> {
    const handled = new Set<Delivered>();
    const parsed = deliveries.flatMap((delivered) => {
      const result = this.parse(delivered);
      if (result instanceof BessemerError) return [];
      const { previous } = delivered;
      const awaited = previous && !isFinished(previous) ? previous.id : undefined;
      return [{ delivered, awaited, id: result.event.id, ...result }];
    });
    try {
      await this.options.database.transaction(async (tx) => {
        const entered = await this.inbox.enterAll(tx, parsed);
        const known = parsed.filter(({ id }) => entered.has(id));
        const fresh = known.filter(({ id }) => entered.get(id) === true);
        const messages = fresh.map(({ event, delivered, data }) => receivedOf(event, delivered, data, 1));
        if (messages.length > 0) await this.options.handleAll?.(messages, tx);
        for (const { delivered } of known) handled.add(delivered);
      });
      return handled;
    } catch (error) {
      this.logger.debug({ err: error, messages: parsed.length }, 'messages are handled one by one');
      return new Set();
    }
  }

  /** Handles the dead letters of this durable that were asked for, one after another. */
  async replayRequested(): Promise<void> {
    while (await this.replayNext()) {
      // Each turn takes one letter; the loop ends when there is none left.
    }
  }

  private async replayNext(): Promise<boolean> {
    let taken: string | undefined;
    try {
      return await this.options.database.transaction(async (tx) => {
        const letter = await this.inbox.takeReplay(tx);
        if (!letter) return false;
        taken = letter.id;
        const sequence = Number(letter.sequence);
        const delivered = { ...letter, sequence, fallbackId: letter.id, previous: undefined };
        const parsed = this.parse(delivered);
        if (parsed instanceof BessemerError) throw parsed;
        const message = receivedOf(parsed.event, delivered, parsed.data, letter.attempts + 1);
        await withTraceparent(parsed.event.traceparent, () => this.options.handle(message, tx));
        await this.inbox.replayed(tx, letter.id);
        this.logger.info({ deadLetter: letter.id, subject: letter.subject }, 'dead letter replayed');
        return true;
      });
    } catch (error) {
      if (taken === undefined || isDatabaseUnavailable(error)) throw error;
      await this.inbox.replayFailed(taken, toBessemerError(error));
      this.logger.error({ err: error, deadLetter: taken }, 'replay of a dead letter failed');
      return true;
    }
  }

  private parse(delivered: Delivered): { event: ReceivedEvent; data: T } | BessemerError {
    try {
      const event = parseCloudEvent(delivered.payload, delivered.subject);
      const type = this.options.classOf?.(event.type) ?? this.options.type;
      return { event, data: parseMessage(type, event.data, 'invalid') };
    } catch (error) {
      return toBessemerError(error);
    }
  }

  /** A malformed message gets no better by waiting. */
  private async refuse(delivered: Delivered, error: BessemerError): Promise<Outcome> {
    const envelope = readEnvelope(delivered);
    try {
      const message = rejected(delivered, this.options.stream, envelope.id, envelope.type);
      await this.options.database.transaction((tx) => this.inbox.reject(tx, message, error, 1));
      this.logger.error({ err: error, subject: delivered.subject }, 'malformed message kept as dead letter');
      return { kind: 'dead' };
    } catch (failure) {
      this.logger.warn({ err: failure, subject: delivered.subject }, 'dead letter could not be written yet');
      return { kind: 'unavailable' };
    }
  }

  private async failed(delivered: Delivered, event: ReceivedEvent, data: T, cause: unknown): Promise<Outcome> {
    const { subject } = delivered;
    if (isDatabaseUnavailable(cause)) {
      this.logger.warn({ err: cause, subject }, 'message waits for the database');
      return { kind: 'unavailable' };
    }
    const error = toBessemerError(cause);
    try {
      const { attempts, isDead } = await this.options.database.transaction((tx) =>
        this.noteFailure(tx, delivered, event, data, error),
      );
      if (isDead) this.logger.error({ err: cause, subject, attempts }, 'message given up, kept as dead letter');
      else this.logger.warn({ err: cause, subject, attempts }, 'message could not be handled');
      return isDead ? { kind: 'dead' } : { kind: 'failed', attempts };
    } catch (failure) {
      this.logger.error({ err: failure, subject }, 'failed attempt could not be recorded');
      return { kind: 'unavailable' };
    }
  }

  private async noteFailure(
    tx: Transaction,
    delivered: Delivered,
    event: ReceivedEvent,
    data: T,
    error: BessemerError,
  ): Promise<{ attempts: number; isDead: boolean }> {
    const attempts = await this.inbox.countFailure(tx, event.id, error);
    if (attempts < (this.options.maxAttempts ?? defaultMaxAttempts)) return { attempts, isDead: false };
    const message = rejected(delivered, this.options.stream, event.id, event.type);
    if (await this.inbox.reject(tx, message, error, attempts)) {
      const received = receivedOf(event, delivered, data, attempts);
      await withTraceparent(event.traceparent, () => this.options.onDeadLetter?.(received, error, tx));
    }
    return { attempts, isDead: true };
  }
}

function receivedOf<T>(event: ReceivedEvent, delivered: Delivered, data: T, attempt: number): Received<T> {
  return {
    id: event.id,
    subject: delivered.subject,
    type: event.type,
    time: event.time,
    data,
    sequence: delivered.sequence,
    attempt,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
}

function rejected(
  delivered: Delivered,
  stream: ConsumeOptions<object>['stream'],
  id: string,
  type: string,
): RejectedMessage {
  const { subject, payload, sequence } = delivered;
  // Postgres takes no NUL in a text.
  return { id, type, stream, subject, payload: payload.replaceAll('\0', '\uFFFD'), sequence };
}

/** As much of the envelope as a malformed message lets see. */
function readEnvelope(delivered: Delivered): { id: string; type: string } {
  try {
    const { id, type } = parseCloudEvent(delivered.payload, delivered.subject);
    return { id, type };
  } catch {
    // That it is malformed is known already, and told by the error that is kept with it.
    return { id: delivered.fallbackId, type: '' };
  }
}
