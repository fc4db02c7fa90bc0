import type { Database, Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';

/** Somebody else has changed the record since it was read; reading it again and repeating the work helps. */
export class ConcurrentChangeError extends BessemerError {
  constructor(noun: string, uuid: string) {
    super('conflict', `${noun} ${uuid} was changed by another request at the same time.`, {
      remedy: 'Read it again and repeat the request.',
    });
  }
}

const isDocument = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !Buffer.isBuffer(value);

/** A value as the driver takes it: objects and lists are JSON. */
export const parameterOf = (value: unknown): unknown => (isDocument(value) ? JSON.stringify(value) : value);

/** Inserts one row and returns it. */
export async function insertRow<T extends object>(
  tx: Transaction,
  table: string,
  values: Record<string, unknown>,
): Promise<T> {
  const names = Object.keys(values);
  const rows = await tx.query<T>(
    `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')})
     VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING *`,
    Object.values(values).map(parameterOf),
  );
  const [row] = rows;
  if (row === undefined) throw new BessemerError('internal', `The insert into ${table} returned no row.`);
  return row;
}

/**
 * Changes one row by compare-and-set on its revision and returns it as it is now.
 *
 * @param row the row as it was read
 * @throws ConcurrentChangeError when it has another revision by now
 */
export async function updateRow<T extends { uuid: string; revision: number }>(
  tx: Transaction,
  table: string,
  row: T,
  changes: Record<string, unknown>,
): Promise<T> {
  const names = Object.keys(changes);
  const assignments = names.map((name, index) => `"${name}" = $${index + 3}`);
  const [changed] = await tx.query<T>(
    `UPDATE ${table} SET ${[...assignments, 'revision = revision + 1', 'updated_at = now()'].join(', ')}
     WHERE uuid = $1 AND revision = $2 RETURNING *`,
    [row.uuid, row.revision, ...Object.values(changes).map(parameterOf)],
  );
  if (changed === undefined) throw new ConcurrentChangeError(table, row.uuid);
  return changed;
}

interface PostgresFault {
  readonly code?: string;
  readonly constraint?: string;
}

function faultOf(error: unknown): PostgresFault {
  const fault = (error as { driverError?: unknown })?.driverError ?? error;
  return typeof fault === 'object' && fault !== null ? (fault as PostgresFault) : {};
}

/** The constraint that a write has violated by being the second with the same value, or undefined. */
export function duplicateIn(error: unknown): string | undefined {
  const { code, constraint } = faultOf(error);
  return code === '23505' ? (constraint ?? '') : undefined;
}

/** Whether a write has failed because the record that it refers to by the constraint is gone. */
export function isMissingReference(error: unknown, constraint: string): boolean {
  const fault = faultOf(error);
  return fault.code === '23503' && fault.constraint === constraint;
}

const retryable = new Set(['40001', '40P01']);

/**
 * Runs the work in a transaction, again when it lost against another: a change in between, or a deadlock that Postgres
 * resolved against it.
 */
export async function inTransaction<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  attempts = 10,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transaction(work);
    } catch (error) {
      const isLost = error instanceof ConcurrentChangeError || retryable.has(faultOf(error).code ?? '');
      if (!isLost || attempt >= attempts) throw error;
    }
  }
}
