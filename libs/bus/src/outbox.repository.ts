import { anyNumberOf } from '@bessemer/database';
import type { Predecessor } from './message-headers.js';
import type { Lead } from './relay-leadership.js';
import type { StreamName } from './streams.js';

/** A row that is to be published. */
export interface UnsentRow {
  position: string;
  id: string;
  stream: StreamName;
  subject: string;
  aggregate: string;
  channel: string;
  resource_channel: string;
  payload: string;
  attempt: number;
  previous: PredecessorRow | null;
  /** Null also where it is the one before. */
  previous_of_resource: PredecessorRow | null;
  is_previous_of_resource: boolean | null;
}

/** The row before another one of its aggregate and channel. */
export interface PredecessorRow extends Predecessor {
  incarnation: string | null;
}

/** What became of a row. */
export interface SentRow {
  position: string;
  sequence: number;
  incarnation: string;
}

/** Where a row stands, or stood, in its stream. */
export interface HeldRow {
  position: string;
  id: string;
  sequence: number;
}

/** Rows of these are gone from WORK without loss once they were settled; those of EVENTS never are. */
const mayBeLost = `sent_at IS NOT NULL AND NOT (stream = 'WORK' AND settled_at IS NOT NULL)`;
const publishAgain = 'sent_at = NULL, attempt = attempt + 1, sequence = NULL, incarnation = NULL';

/** A relay's connection while it leads. */
type Leading = Pick<Lead, 'query'>;

/**
 * The statements of the relay on the tables of one schema. All run on the connection that holds the lead: one of a relay that stood
 * still, and knows the streams as they were before, fails and does not take for lost what another one has published since. Their plans
 * never read a whole table either, as those made while it was small would do for a while.
 */
export class OutboxRepository {
  /**
   * The oldest unsent rows, whatever came before them, with their predecessors.
   *
   * @param without aggregates that have to wait
   */
  async unsent(lead: Leading, limit: number, without: readonly string[]): Promise<UnsentRow[]> {
    return await lead.query<UnsentRow>(
      'unsent rows',
      `WITH chosen AS (
         SELECT position, id, stream, subject, aggregate, channel, resource_channel, payload, attempt
         FROM outbox WHERE sent_at IS NULL AND NOT (aggregate = ANY($2::text[]))
         ORDER BY position LIMIT $1)
       SELECT chosen.*, to_jsonb(before) - 'resource_channel' AS previous,
         before.resource_channel = chosen.resource_channel AS is_previous_of_resource,
         CASE WHEN chosen.stream = 'EVENTS' AND before.resource_channel <> chosen.resource_channel
           THEN (SELECT to_jsonb(p) FROM (
             SELECT id, coalesce(sequence, 0) AS sequence, subject, incarnation FROM outbox
             WHERE aggregate = chosen.aggregate AND channel = chosen.channel AND position < chosen.position
               AND resource_channel = chosen.resource_channel
             ORDER BY position DESC LIMIT 1) p) END AS previous_of_resource
       FROM chosen LEFT JOIN LATERAL (
         SELECT id, coalesce(sequence, 0) AS sequence, subject, incarnation, resource_channel FROM outbox
         WHERE aggregate = chosen.aggregate AND channel = chosen.channel AND position < chosen.position
         ORDER BY position DESC LIMIT 1) before ON true
       ORDER BY chosen.position`,
      [limit, without],
    );
  }

  /** Records that rows were published. */
  async markSent(lead: Leading, rows: readonly SentRow[]): Promise<void> {
    await lead.query(
      'mark rows sent',
      `UPDATE outbox SET sent_at = now(), sequence = sent.sequence, incarnation = sent.incarnation
       FROM unnest(${anyNumberOf('$1', 'bigint[]')}, ${anyNumberOf('$2', 'bigint[]')}, ${anyNumberOf('$3', 'text[]')})
         AS sent (position, sequence, incarnation)
       WHERE outbox.position = sent.position`,
      [rows.map((row) => row.position), rows.map((row) => row.sequence), rows.map((row) => row.incarnation)],
    );
  }

  /** Has commands published again that nobody has confirmed in time; answers how many. */
  async repeatUnconfirmed(lead: Leading, afterMs: number): Promise<number> {
    const rows = await lead.query(
      'repeat unconfirmed rows',
      `UPDATE outbox SET ${publishAgain}
       WHERE confirm IS NOT NULL AND settled_at IS NULL AND sent_at < now() - $1 * interval '1 millisecond'
       RETURNING position`,
      [afterMs],
    );
    return rows.length;
  }

  /** Has rows published again that another incarnation of the stream held. */
  async repeatOfOtherIncarnations(lead: Leading, stream: StreamName, incarnation: string): Promise<number> {
    const rows = await lead.query(
      'repeat rows of other incarnations',
      `UPDATE outbox SET ${publishAgain}
       WHERE position = ANY (ARRAY(
         SELECT position FROM outbox WHERE stream = $1 AND incarnation < $2 AND sequence IS NOT NULL AND ${mayBeLost}
         UNION ALL
         SELECT position FROM outbox WHERE stream = $1 AND incarnation > $2 AND sequence IS NOT NULL AND ${mayBeLost}))
       RETURNING position`,
      [stream, incarnation],
    );
    return rows.length;
  }

  /** Has rows published again that stood after the given sequence. */
  async repeatAfter(lead: Leading, stream: StreamName, incarnation: string, sequence: number): Promise<number> {
    const rows = await lead.query(
      'repeat rows after',
      `UPDATE outbox SET ${publishAgain}
       WHERE stream = $1 AND incarnation = $2 AND sequence > $3 AND ${mayBeLost} RETURNING position`,
      [stream, incarnation, sequence],
    );
    return rows.length;
  }

  /** Has rows published again that were sent within the last milliseconds. */
  async repeatSentWithin(lead: Leading, stream: StreamName, withinMs: number): Promise<number> {
    const rows = await lead.query(
      'repeat rows sent within',
      `UPDATE outbox SET ${publishAgain}
       WHERE stream = $1 AND sent_at > now() - $2 * interval '1 millisecond' AND ${mayBeLost} RETURNING position`,
      [stream, withinMs],
    );
    return rows.length;
  }

  /** The newest rows that the stream is believed to hold, newest first, below a sequence. */
  async held(lead: Leading, stream: StreamName, incarnation: string, below: number, limit: number): Promise<HeldRow[]> {
    const rows = await lead.query<{ position: string; id: string; sequence: string }>(
      'held rows',
      `SELECT position, id, sequence FROM outbox
       WHERE stream = $1 AND incarnation = $2 AND sequence < $3 ORDER BY sequence DESC LIMIT $4`,
      [stream, incarnation, below, limit],
    );
    return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
  }

  /** The server on which the stream was checked last, undefined before the first check. */
  async checkedServer(lead: Leading, stream: StreamName): Promise<string | undefined> {
    const [row] = await lead.query<{ server: string }>(
      'checked server',
      'SELECT server FROM relay_checks WHERE stream = $1',
      [stream],
    );
    return row?.server;
  }

  /** Notes the server on which the stream was checked. */
  async noteServer(lead: Leading, stream: StreamName, server: string): Promise<void> {
    await lead.query(
      'note server',
      `INSERT INTO relay_checks (stream, server) VALUES ($1, $2)
       ON CONFLICT (stream) DO UPDATE SET server = excluded.server, checked_at = now()`,
      [stream, server],
    );
  }
}
