import type { Database, Transaction } from '@bessemer/database';
import { shapeOf } from './shape.js';

/** The columns of a table as they were when this process first wrote to it. */
export interface TableColumns {
  /** Every column, for a statement that others may add columns to the table under. */
  readonly all: string;
  /** Those of a new row that are not as they were given, nor null where nothing was: what Postgres fills in by itself. */
  filledIn(given: ReadonlySet<string>): string;
  /** A row in which nothing is given nor filled in. */
  readonly empty: Readonly<Record<string, null>>;
  /** What a JSON object with these members is read as, for `jsonb_to_recordset`. */
  recordOf(names: readonly string[]): string;
  /** Values by their columns, as the driver takes them: objects and lists are JSON, but for columns that are arrays. */
  parametersOf(values: object): unknown[];
}

interface ColumnRow {
  name: string;
  type: string;
  /** Whether it has a default or is generated. */
  is_filled: boolean;
}

const known = new WeakMap<Database, Map<string, TableColumns>>();

const isDocument = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && !Buffer.isBuffer(value);

const quoted = (name: string): string => `"${name}"`;

const list = (rows: readonly ColumnRow[]): string => rows.map(({ name }) => quoted(name)).join(', ');

/**
 * The columns of a table. They are named one by one, with their types: a statement that Postgres keeps prepared breaks on a `*` when a
 * newer instance has added a column, and to read an object as a whole row costs a look at each column of the table.
 */
export async function columnsOfTable(tx: Transaction, table: string): Promise<TableColumns> {
  const tables = known.get(tx.database) ?? new Map<string, TableColumns>();
  known.set(tx.database, tables);
  const present = tables.get(table);
  if (present !== undefined) return present;
  const rows = await tx.query<ColumnRow>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, atthasdef OR attidentity <> '' AS is_filled
     FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  const types = new Map(rows.map(({ name, type }) => [name, type]));
  const columns: TableColumns = {
    all: list(rows),
    filledIn: (given) => list(rows.filter((row) => row.is_filled && !given.has(row.name))),
    empty: shapeOf(types.keys(), null),
    recordOf: (names) => names.map((name) => `${quoted(name)} ${types.get(name) ?? 'text'}`).join(', '),
    parametersOf: (values) =>
      Object.entries(values).map(([name, value]) =>
        isDocument(value) && types.get(name)?.endsWith('[]') !== true ? JSON.stringify(value) : value,
      ),
  };
  tables.set(table, columns);
  return columns;
}
