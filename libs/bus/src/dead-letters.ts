import type { Database } from '@bessemer/database';
import { BessemerError, type ErrorCode } from '@bessemer/errors';
import { deadLettersChannel } from './durable-consumer.js';

/** A message that was given up. */
export interface DeadLetter {
  id: string;
  /** The consumer that gave it up. */
  durable: string;
  message_id: string;
  stream: string;
  subject: string;
  /** The CloudEvent's type; empty when the message was none. */
  type: string;
  /** The whole message as it came. */
  payload: string;
  /** Of the last attempt. */
  error: { code: ErrorCode; message: string; field?: string; remedy?: string };
  attempts: number;
  failed_at: Date;
  replay_requested_at: Date | null;
  replayed_at: Date | null;
}

const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The messages that a service has given up: kept until they are replayed, and 30 days longer. */
export class DeadLetters {
  /** @param database of the service's schema */
  constructor(private readonly database: Database) {}

  /** All that were not replayed yet, the oldest first; with `all` the replayed ones too. */
  async list(options: { all?: boolean } = {}): Promise<DeadLetter[]> {
    return await this.database.query<DeadLetter>(
      `SELECT id, durable, message_id, stream, subject, type, payload, error, attempts, failed_at, replay_requested_at,
         replayed_at
       FROM dead_letters WHERE $1 OR replayed_at IS NULL ORDER BY failed_at, id`,
      [options.all ?? false],
    );
  }

  /**
   * Has a message handled once more by the consumer that gave it up, as soon as a process of it runs. {@link list} shows what came of
   * it: it is gone from there when it was handled, else its error is the new one.
   *
   * @throws `not-found`; `conflict` when it was replayed already
   */
  async replay(id: string): Promise<void> {
    const missing = new BessemerError('not-found', `There is no dead letter ${id}.`);
    if (!idPattern.test(id)) throw missing;
    const [row] = await this.database.query<{ replayed_at: Date | null }>(
      `UPDATE dead_letters SET replay_requested_at = coalesce(replay_requested_at, now()) WHERE id = $1
       RETURNING replayed_at`,
      [id],
    );
    if (!row) throw missing;
    if (row.replayed_at) throw new BessemerError('conflict', `The dead letter ${id} was replayed already.`);
    await this.database.notify(deadLettersChannel(this.database.schema), id);
  }
}
