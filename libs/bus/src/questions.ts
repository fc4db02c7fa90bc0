import { BessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import type { Bus } from './bus.js';

/** Nobody answers questions of this subject now. */
export class NoResponderError extends BessemerError {
  readonly details = { noResponder: true } as const;

  constructor(subject: string) {
    super('unavailable', `Nobody answers ${subject} at present.`);
    this.name = 'NoResponderError';
  }
}

/** Somebody took the question, or might have, and did not answer in time. */
export class AnswerTimeoutError extends BessemerError {
  constructor(subject: string, timeoutMs: number) {
    super('timeout', `${subject} was not answered within ${timeoutMs} ms.`);
    this.name = 'AnswerTimeoutError';
  }
}

/** How an answer is awaited. */
export interface AskOptions<A extends object> {
  answer: new () => A;
  timeoutMs?: number;
}

/** Who answers, and how. */
export interface AnswerOptions<Q extends object> {
  queue: string;
  question: new () => Q;
  handle(question: Q): Promise<object>;
}

/** Core request/reply. */
export class Questions {
  constructor(
    readonly bus: Bus,
    readonly logger: Logger,
  ) {}

  async ask<A extends object>(subject: string, question: object, options: AskOptions<A>): Promise<A> {
    this.logger.trace({ subject, question }, 'asked');
    throw new AnswerTimeoutError(subject, options.timeoutMs ?? 0);
  }

  async answer<Q extends object>(subject: string, options: AnswerOptions<Q>): Promise<void> {
    this.logger.trace({ subject, queue: options.queue }, 'answering');
  }

  async stop(): Promise<void> {
    this.logger.trace('questions stopped');
  }
}
