import pg from 'pg';

/** A row as texts. */
export type TextRow = readonly (string | null)[];

const asItIs = (text: string): string => text;

/** What of a statement's answer is read as Postgres writes it: nothing is made of its values. */
export const textRows = { rowMode: 'array', types: { getTypeParser: () => asItIs } } as const;

/**
 * Runs one statement on a connection of the pool and hands each row on when it comes: while Postgres makes the next
 * ones, the caller works on those that are there.
 *
 * @throws what Postgres refuses the statement with, what `onRow` throws, and the loss of the connection
 */
export async function readRowByRow(
  pool: pg.Pool,
  sql: string,
  parameters: readonly unknown[],
  onRow: (row: TextRow) => void,
): Promise<void> {
  const client = await pool.connect();
  try {
    await run(client, sql, parameters, onRow);
  } catch (error) {
    client.release(error instanceof Error ? error : true);
    throw error;
  }
  client.release();
}

function run(
  client: pg.PoolClient,
  sql: string,
  parameters: readonly unknown[],
  onRow: (row: TextRow) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: unknown;
    const query = new pg.Query<string[]>({ text: sql, values: [...parameters], ...textRows });
    query.on('row', (row) => {
      try {
        if (failure === undefined) onRow(row);
      } catch (error) {
        // It is the driver that calls: thrown here, the error would end the process.
        failure = error ?? new Error('A row could not be read.');
      }
    });
    const end = (error?: unknown): void => {
      client.off('error', end);
      if (error === undefined) resolve();
      else reject(error);
    };
    query.on('end', () => end(failure));
    query.on('error', end);
    client.on('error', end);
    client.query(query);
  });
}
