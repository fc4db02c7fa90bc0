import { anyNumberOf, type Database, type Transaction } from '@bessemer/database';
import type { BessemerError } from '@bessemer/errors';
import { type StreamName, unsyncedMs } from './streams.js';

/** What the inbox knows of a message when its handling begins. */
export interface InboxEntry {
  /** False: it was handled before. */
  isNew: boolean;
  /** Whether its predecessor was handled; true without one. */
  isNext: boolean;
  /** Failed attempts so far. */
  attempts: number;
}

/** A message as it is kept when it is given up. */
export interface RejectedMessage {
  id: string;
  stream: StreamName;
  subject: string;
  type: string;
  payload: string;
  sequence: number;
}

/** How far a durable had handled its stream. */
export interface Floor {
  incarnation: string;
  /** The run of the server on which it was noted. */
  server: string;
  /** Everything up to it is handled. */
  sequence: number;
  /** The floor of an earlier time: what NATS held then is on its disk for certain. */
  safeSequence: number;
}

/** A dead letter that is to be handled once more. */
export interface RequestedReplay {
  id: string;
  subject: string;
  payload: string;
  sequence: string;
  attempts: number;
}

/** The statements of one durable consumer on the tables of its schema. */
export class InboxRepository {
  constructor(
    private readonly database: Database,
    private readonly durable: string,
  ) {}

  /** Enters a message; of two transactions that enter the same one, the second waits for the first. */
  async enter(tx: Transaction, id: string, previousId: string | undefined): Promise<InboxEntry> {
    const [row] = await tx.query<{ is_new: boolean; is_next: boolean; attempts: number | null }>(
      `WITH entry AS (
         INSERT INTO inbox (durable, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1)
       SELECT EXISTS (SELECT FROM entry) AS is_new,
         $3::text IS NULL OR EXISTS (SELECT FROM inbox WHERE durable = $1 AND message_id = $3) AS is_next,
         (SELECT attempts FROM inbox_attempts WHERE durable = $1 AND message_id = $2) AS attempts`,
      [this.durable, id, previousId ?? null],
    );
    return { isNew: row?.is_new ?? false, isNext: row?.is_next ?? false, attempts: row?.attempts ?? 0 };
  }

  /**
   * Enters messages whose turn has come and that have not failed before. A row is looked up by a scalar sub-select, which Postgres
   * answers from the index for each message: for an EXISTS it may read, and hash, the whole inbox of the durable.
   *
   * @returns by id whether it is new; what is missing has to be entered by itself
   */
  async enterAll(
    tx: Transaction,
    messages: readonly { id: string; awaited: string | undefined }[],
  ): Promise<Map<string, boolean>> {
    const rows = await tx.prepared<{ id: string; is_new: boolean }>(
      'enter into inbox',
      `WITH given AS (
         SELECT * FROM unnest(${anyNumberOf('$2', 'text[]')}, ${anyNumberOf('$3', 'text[]')}) AS given (id, awaited)),
       next AS (
         SELECT id FROM given
         WHERE (awaited IS NULL OR (SELECT true FROM inbox WHERE durable = $1 AND message_id = given.awaited))
           AND (SELECT attempts FROM inbox_attempts WHERE durable = $1 AND message_id = given.id) IS NULL
         ORDER BY id),
       entered AS (
         INSERT INTO inbox (durable, message_id) SELECT $1, id FROM next ON CONFLICT DO NOTHING RETURNING message_id)
       SELECT id, EXISTS (SELECT FROM entered WHERE message_id = next.id) AS is_new FROM next`,
      [this.durable, messages.map(({ id }) => id), messages.map(({ awaited }) => awaited ?? null)],
    );
    return new Map(rows.map((row) => [row.id, row.is_new]));
  }

  /** Whether a message was handled or given up. */
  async knows(id: string): Promise<boolean> {
    const rows = await this.database.query('SELECT FROM inbox WHERE durable = $1 AND message_id = $2', [
      this.durable,
      id,
    ]);
    return rows.length > 0;
  }

  /** Counts a failed attempt; answers how many there were with it. */
  async countFailure(tx: Transaction, id: string, error: BessemerError): Promise<number> {
    const [row] = await tx.query<{ attempts: number }>(
      `INSERT INTO inbox_attempts (durable, message_id, attempts, error) VALUES ($1, $2, 1, $3)
       ON CONFLICT (durable, message_id) DO UPDATE
         SET attempts = inbox_attempts.attempts + 1, error = excluded.error, failed_at = now()
       RETURNING attempts`,
      [this.durable, id, error.message],
    );
    return row?.attempts ?? 1;
  }

  async forgetFailures(tx: Transaction, id: string): Promise<void> {
    await tx.query('DELETE FROM inbox_attempts WHERE durable = $1 AND message_id = $2', [this.durable, id]);
  }

  /** Keeps a message that is given up; its inbox entry lets its successors pass. False when it was given up before. */
  async reject(tx: Transaction, message: RejectedMessage, error: BessemerError, attempts: number): Promise<boolean> {
    const { isNew } = await this.enter(tx, message.id, undefined);
    if (!isNew) return false;
    await tx.query(
      `INSERT INTO dead_letters (durable, message_id, stream, subject, type, payload, sequence, error, attempts)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        this.durable,
        message.id,
        message.stream,
        message.subject,
        message.type,
        message.payload,
        message.sequence,
        describe(error),
        attempts,
      ],
    );
    await this.forgetFailures(tx, message.id);
    return true;
  }

  /** Takes the next dead letter of this durable that somebody wants replayed; others pass over it meanwhile. */
  async takeReplay(tx: Transaction): Promise<RequestedReplay | undefined> {
    const [row] = await tx.query<RequestedReplay>(
      `SELECT id, subject, payload, sequence, attempts FROM dead_letters
       WHERE durable = $1 AND replay_requested_at IS NOT NULL AND replayed_at IS NULL
       ORDER BY failed_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [this.durable],
    );
    return row;
  }

  async replayed(tx: Transaction, id: string): Promise<void> {
    await tx.query('UPDATE dead_letters SET replayed_at = now() WHERE id = $1', [id]);
  }

  /** A replay failed: the letter stays, with the new error. */
  async replayFailed(id: string, error: BessemerError): Promise<void> {
    await this.database.query(
      `UPDATE dead_letters SET attempts = attempts + 1, error = $2, failed_at = now(), replay_requested_at = NULL
       WHERE id = $1 AND replayed_at IS NULL`,
      [id, describe(error)],
    );
  }

  async floor(): Promise<Floor | undefined> {
    const [row] = await this.database.query<{
      incarnation: string;
      server: string;
      sequence: string;
      safe_sequence: string;
    }>('SELECT incarnation, server, sequence, safe_sequence FROM consumer_floors WHERE durable = $1', [this.durable]);
    if (!row) return undefined;
    return { ...row, sequence: Number(row.sequence), safeSequence: Number(row.safe_sequence) };
  }

  /** Notes how far the durable is; every {@link unsyncedMs} what was noted before becomes the safe floor. */
  async noteFloor(stream: StreamName, floor: Omit<Floor, 'safeSequence'>): Promise<void> {
    await this.database.query(
      `INSERT INTO consumer_floors AS floor (durable, stream, incarnation, server, sequence, older_sequence, safe_sequence)
       VALUES ($1, $2, $3, $4, $5, $5, $5)
       ON CONFLICT (durable) DO UPDATE SET
         incarnation = excluded.incarnation, server = excluded.server, sequence = excluded.sequence,
         safe_sequence = CASE WHEN floor.incarnation <> excluded.incarnation THEN 0
           WHEN floor.rotated_at < now() - $6 * interval '1 millisecond' THEN floor.older_sequence
           ELSE floor.safe_sequence END,
         older_sequence = CASE WHEN floor.incarnation <> excluded.incarnation THEN 0
           WHEN floor.rotated_at < now() - $6 * interval '1 millisecond' THEN floor.sequence
           ELSE floor.older_sequence END,
         rotated_at = CASE WHEN floor.incarnation <> excluded.incarnation
             OR floor.rotated_at < now() - $6 * interval '1 millisecond' THEN now()
           ELSE floor.rotated_at END`,
      [this.durable, stream, floor.incarnation, floor.server, floor.sequence, unsyncedMs],
    );
  }
}

function describe(error: BessemerError): string {
  return JSON.stringify({
    code: error.code,
    message: error.message,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
  });
}
