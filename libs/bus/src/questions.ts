import { isDatabaseUnavailable } from '@bessemer/database';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { headers, type Msg, NoRespondersError, type Subscription, TimeoutError } from '@nats-io/transport-node';
import type { Bus } from './bus.js';
import { maxMessageBytes } from './cloud-event.js';
import { assertValid, parseMessage } from './message-validation.js';
import { AnswerTimeoutError, decodeError, encodeError, NoResponderError } from './question-errors.js';
import { currentTraceparent, withTraceparent } from './trace-context.js';

/** How an answer is awaited. */
export interface AskOptions<A extends object> {
  /** The class of the answer, by which it is validated. */
  answer: new () => A;
  /** Default: 5 s. */
  timeoutMs?: number;
}

/** Who answers, and how. */
export interface AnswerOptions<Q extends object> {
  /** The queue group: of its members one gets each question. */
  queue: string;
  /** The class of the question, by which it is validated. */
  question: new () => Q;
  /**
   * Throws a BessemerError to answer with it; any other error is logged, and answered as `unavailable` when it means that
   * the database was away, else as `internal`.
   */
  handle(question: Q): Promise<object>;
}

const defaultTimeoutMs = 5_000;
const errorHeader = 'Bessemer-Error';
const traceHeader = 'traceparent';

/** Questions that must be answered at once: core request/reply, nothing durable. */
export class Questions {
  private readonly subscriptions: Subscription[] = [];
  private readonly answering = new Set<Promise<void>>();

  constructor(
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  /**
   * Asks and waits for the answer.
   *
   * @param question an instance of its class, which is validated, or a plain object
   * @throws NoResponderError (`unavailable`) at once when nobody answers such questions; AnswerTimeoutError (`timeout`) when no answer
   *   came in time; the answerer's own BessemerError with its code, message, field and remedy; `internal` when the answer breaks the
   *   rules of its class; `too-large` above 256 KiB
   */
  async ask<A extends object>(subject: string, question: object, options: AskOptions<A>): Promise<A> {
    assertValid(question, 'internal');
    const reply = await this.request(subject, encode(question, subject), options.timeoutMs ?? defaultTimeoutMs);
    if (reply.headers?.has(errorHeader)) throw decodeError(decode(reply));
    return parseMessage(options.answer, decode(reply), 'internal');
  }

  /** Answers the questions of a subject, as one of the queue group's members; several at a time. */
  async answer<Q extends object>(subject: string, options: AnswerOptions<Q>): Promise<void> {
    const subscription = this.bus.connection.subscribe(subject, {
      queue: options.queue,
      callback: (error, message) => {
        if (error) {
          this.logger.error({ err: error, subject }, 'questions cannot be answered');
          return;
        }
        const work = this.reply(message, options)
          .catch((failure) => this.logger.error({ err: failure, subject }, 'an answer could not be sent'))
          .finally(() => this.answering.delete(work));
        this.answering.add(work);
      },
    });
    this.subscriptions.push(subscription);
    // The server knows of the subscription when it has answered what was sent after it.
    await this.bus.connection.flush();
  }

  /** Takes no more questions and waits for the answers in work. */
  async stop(): Promise<void> {
    await Promise.all(this.subscriptions.splice(0).map((subscription) => subscription.drain()));
    await Promise.all(this.answering);
  }

  private async request(subject: string, payload: string, timeoutMs: number): Promise<Msg> {
    const traceparent = currentTraceparent();
    const carried = headers();
    if (traceparent !== undefined) carried.set(traceHeader, traceparent);
    try {
      return await this.bus.requests.send(subject, payload, { timeoutMs, headers: carried });
    } catch (error) {
      if (error instanceof NoRespondersError) throw new NoResponderError(subject, error);
      if (error instanceof TimeoutError) throw new AnswerTimeoutError(subject, timeoutMs, error);
      throw new BessemerError('unavailable', `${subject} could not be asked.`, { cause: error });
    }
  }

  private async reply<Q extends object>(message: Msg, options: AnswerOptions<Q>): Promise<void> {
    const traceparent = message.headers?.get(traceHeader) || undefined;
    try {
      const question = parseMessage(options.question, decode(message), 'invalid');
      const answer = await withTraceparent(traceparent, () => options.handle(question));
      assertValid(answer, 'internal');
      message.respond(encode(answer, message.subject));
    } catch (cause) {
      const error = isDatabaseUnavailable(cause) ? databaseAway(cause) : cause;
      if (!isBessemerError(cause)) this.logger.error({ err: cause, subject: message.subject }, 'question failed');
      const described = encodeError(error);
      const carried = headers();
      carried.set(errorHeader, String(described['code']));
      message.respond(JSON.stringify(described), { headers: carried });
    }
  }
}

const databaseAway = (cause: unknown): BessemerError =>
  new BessemerError('unavailable', 'The database does not answer at present.', { cause });

function encode(value: object, subject: string): string {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > maxMessageBytes) {
    throw new BessemerError('too-large', `A message of ${subject} would exceed ${maxMessageBytes} bytes.`);
  }
  return text;
}

function decode(message: Msg): unknown {
  try {
    return message.json();
  } catch (cause) {
    throw new BessemerError('invalid', 'The message is no JSON.', { cause });
  }
}
