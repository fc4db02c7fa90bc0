import type { Database, Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { groupBy } from './group-by.js';
import { filled } from './shape.js';
import { columnsOfTable } from './table-columns.js';

/** Somebody else has changed the record since it was read; reading it again and repeating the work helps. */
export class ConcurrentChangeError extends BessemerError {
  constructor(noun: string, uuid: string) {
    super('conflict', `${noun} ${uuid} was changed by another request at the same time.`, {
      remedy: 'Read it again and repeat the request.',
    });
  }
}

/** The columns of a row that have a value, which may be null; the others get what Postgres fills in. */
const givenIn = (values: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(values)
    .filter((name) => values[name] !== undefined)
    .sort();

/** Inserts one row and returns it. */
export async function insertRow<T extends object>(
  tx: Transaction,
  table: string,
  values: Record<string, unknown>,
): Promise<T> {
  const names = givenIn(values);
  const given = Object.fromEntries(names.map((name) => [name, values[name]]));
  const columns = await columnsOfTable(tx, table);
  const rows = await tx.query<T>(
    `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join(', ')})
     VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING *`,
    columns.parametersOf(given),
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
  const columns = await columnsOfTable(tx, table);
  const assignments = names.map((name, index) => `"${name}" = $${index + 3}`);
  const [changed] = await tx.query<T>(
    `UPDATE ${table} SET ${[...assignments, 'revision = revision + 1', 'updated_at = now()'].join(', ')}
     WHERE uuid = $1 AND revision = $2 RETURNING *`,
    [row.uuid, row.revision, ...columns.parametersOf(changes)],
  );
  if (changed === undefined) throw new ConcurrentChangeError(table, row.uuid);
  return changed;
}

/** What every change writes. */
interface Stamp {
  revision: number;
  updated_at: Date;
}

const columnsOf = (values: object): string => Object.keys(values).sort().join(' ');

/** So many statements Postgres keeps prepared a connection; the columns that clients change together are seldom more different. */
const mostPrepared = 200;
const prepared = new Map<string, string>();

/** Runs a statement whose text is one of a few, each prepared under a name of its own. */
function run<T extends object>(tx: Transaction, sql: string, parameters: readonly unknown[]): Promise<T[]> {
  let name = prepared.get(sql);
  if (name === undefined && prepared.size < mostPrepared) {
    name = `write ${prepared.size}`;
    prepared.set(sql, name);
  }
  return name === undefined ? tx.query<T>(sql, parameters) : tx.prepared<T>(name, sql, parameters);
}

/**
 * Changes many rows, which are locked and none of which is named twice: one statement for all that change the same
 * columns.
 *
 * @returns the new revision and time of each row, by UUID
 * @throws ConcurrentChangeError when a row has another revision by now
 */
export async function updateRows(
  tx: Transaction,
  table: string,
  items: readonly { readonly node: { uuid: string; revision: number }; readonly changes: object }[],
): Promise<Map<string, Stamp>> {
  const stamps = new Map<string, Stamp>();
  const columns = await columnsOfTable(tx, table);
  for (const group of groupBy(items, ({ changes }) => columnsOf(changes)).values()) {
    const names = Object.keys(group[0]?.changes ?? {}).sort();
    const assignments = names.map((name) => `"${name}" = x."${name}"`);
    const given = group.map(({ node, changes }) => ({ ...changes, uuid: node.uuid, revision: node.revision }));
    const rows = await run<Stamp & { uuid: string }>(
      tx,
      `UPDATE ${table} r SET ${[...assignments, 'revision = r.revision + 1', 'updated_at = now()'].join(', ')}
       FROM jsonb_to_recordset($1::jsonb) AS x (${columns.recordOf(['uuid', 'revision', ...names])})
       WHERE r.uuid = x.uuid AND r.revision = x.revision RETURNING r.uuid, r.revision, r.updated_at`,
      [JSON.stringify(given)],
    );
    for (const { uuid, revision, updated_at } of rows) stamps.set(uuid, { revision, updated_at });
    for (const { node } of group) if (!stamps.has(node.uuid)) throw new ConcurrentChangeError(table, node.uuid);
  }
  return stamps;
}

/**
 * Inserts many rows, one statement for all that have the same columns, and returns them in the order of the values. Only what
 * Postgres fills in is read back.
 */
export async function insertRows<T extends { uuid: string }>(
  tx: Transaction,
  table: string,
  values: readonly Record<string, unknown>[],
): Promise<T[]> {
  const inserted = new Map<unknown, T>();
  const known = await columnsOfTable(tx, table);
  for (const group of groupBy(values, (given) => givenIn(given).join(' ')).values()) {
    const names = givenIn(group[0] ?? {});
    const columns = names.map((name) => `"${name}"`).join(', ');
    const rows = await run<T>(
      tx,
      `INSERT INTO ${table} (${columns})
       SELECT ${columns} FROM jsonb_to_recordset($1::jsonb) AS x (${known.recordOf(names)})
       RETURNING uuid, ${known.filledIn(new Set(names))}`,
      [JSON.stringify(group)],
    );
    for (const row of rows) inserted.set(row.uuid, row);
  }
  return values.flatMap((given) => {
    const row = inserted.get(given['uuid']);
    return row === undefined ? [] : [filled(known.empty, given, { ...row }) as T];
  });
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

/** Whether the statement waited longer for a lock than it may. */
export const isLockTimeout = (error: unknown): boolean => faultOf(error).code === '55P03';

/** Whether the transaction lost against another: a change in between, or a deadlock that Postgres resolved against it. */
const isLost = (error: unknown): boolean =>
  error instanceof ConcurrentChangeError || retryable.has(faultOf(error).code ?? '');

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
      if (!isLost(error) || attempt >= attempts) throw error;
    }
  }
}
