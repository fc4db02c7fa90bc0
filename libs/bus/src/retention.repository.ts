import type { Database } from '@bessemer/database';

/** How long the bus's rows are kept, milliseconds. */
export interface RetentionPeriods {
  /** Rows of the outbox after they were sent and, for commands, settled: so long a lost stream can be made good. */
  outboxMs: number;
  /** Ids of what was handled, and attempts at what was not: longer than any outbox publishes again. */
  inboxMs: number;
  /** Dead letters after their replay; the others stay. */
  replayedMs: number;
}

const batch = 5_000;

const cleanups: { table: string; where: string; period: keyof RetentionPeriods }[] = [
  {
    table: 'outbox',
    where: `sent_at < now() - $1 * interval '1 millisecond' AND (confirm IS NULL OR settled_at IS NOT NULL)`,
    period: 'outboxMs',
  },
  { table: 'inbox', where: `received_at < now() - $1 * interval '1 millisecond'`, period: 'inboxMs' },
  { table: 'inbox_attempts', where: `failed_at < now() - $1 * interval '1 millisecond'`, period: 'inboxMs' },
  { table: 'dead_letters', where: `replayed_at < now() - $1 * interval '1 millisecond'`, period: 'replayedMs' },
];

/** Removes the bus's rows whose time is over, in small transactions; answers how many. */
export async function removeOutdated(database: Database, periods: RetentionPeriods): Promise<number> {
  let removed = 0;
  for (const { table, where, period } of cleanups) {
    let rows: number;
    do {
      const answer = await database.query(
        `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${where} LIMIT ${batch})) RETURNING 1`,
        [periods[period]],
      );
      rows = answer.length;
      removed += rows;
    } while (rows === batch);
  }
  return removed;
}
