import { randomBytes } from 'node:crypto';
import type { Database, Row } from '@bessemer/database';

const rowsOfEach = 3;

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isNeeded: boolean;
}

interface Reference {
  readonly table: string;
  readonly column: string;
  readonly otherTable: string;
  readonly otherColumn: string;
}

/** A text that fits into no index, not even compressed. */
const longText = (): string => randomBytes(4500).toString('hex');

/** Values that the api can serve, where any value of the type would not do; and columns that are filled though they need not be. */
const values: Readonly<Record<string, (n: number) => unknown>> = {
  'nodes.driver': () => 'fake-hardware',
  'nodes.provision_state': () => 'available',
  'nodes.name': (n) => `node-${n}`,
  'nodes.driver_info': (n) => ({
    address: `192.0.2.${n}`,
    long_address: longText(),
    password: { kid: 'k', $sealed: 'AZZn' },
  }),
  'nodes.properties': () => ({ serial_number: longText() }),
  'nodes.extra': (n) => ({ unicode: 'é日', deep: { n: [n] }, serial_number: longText() }),
  'nodes.updated_at': () => '2026-01-02T03:04:05.678901Z',
  'nodes.resource_class': () => 'small',
  'ports.address': (n) => `02:00:00:00:03:0${n}`,
  'portgroups.address': (n) => `02:00:00:00:04:0${n}`,
  'node_traits.trait': (n) => `CUSTOM_${n}`,
  'node_history.severity': () => 'ERROR',
  'allocations.state': () => 'active',
  'allocations.node_uuid': () => undefined,
  'conductors.drivers': () => ['fake-hardware'],
  'conductors.hardware_types': () => [],
  'deploy_templates.steps': () => [],
  'runbooks.steps': () => [],
  'workflows.state': () => 'finished',
  'workflow_items.state': () => 'finished',
  'workflow_items.goals': () => [],
};

function valueFor({ table, column, type }: Column, n: number): unknown {
  const given = values[`${table}.${column}`];
  if (given !== undefined) return given(n);
  switch (type) {
    case 'uuid':
      return `00000000-0000-4000-8000-${Buffer.from(`${table}${column}`).toString('hex').slice(-11)}${n}`;
    case 'integer':
    case 'bigint':
      return n;
    case 'boolean':
      return n % 2 === 0;
    case 'jsonb':
      return {};
    case 'timestamp with time zone':
      return '2026-01-02T03:04:05.678901Z';
    case 'bytea':
      return Buffer.from([n]);
    default:
      return `${table}-${column}-${n}`;
  }
}

/** The names of the schema's tables. */
export const tablesOf = async (database: Database): Promise<Set<string>> =>
  new Set((await columnsOf(database)).map(({ table }) => table));

async function columnsOf(database: Database): Promise<Column[]> {
  return database.query<Column & Row>(
    `SELECT c.table_name AS table, c.column_name AS column, c.data_type AS type,
       c.is_nullable = 'NO' AND c.column_default IS NULL AND c.is_identity = 'NO' AS "isNeeded"
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = $1 AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position`,
    [database.schema],
  );
}

async function referencesOf(database: Database): Promise<Reference[]> {
  return database.query<Reference & Row>(
    `SELECT own.relname AS table, a.attname AS column, other.relname AS "otherTable", b.attname AS "otherColumn"
     FROM pg_constraint k JOIN pg_class own ON own.oid = k.conrelid JOIN pg_class other ON other.oid = k.confrelid
     JOIN pg_attribute a ON a.attrelid = own.oid AND a.attnum = k.conkey[1]
     JOIN pg_attribute b ON b.attrelid = other.oid AND b.attnum = k.confkey[1]
     WHERE k.contype = 'f' AND own.relnamespace = $1::regnamespace`,
    [database.schema],
  );
}

/** A schema as some release left it, with rows in every table. */
export class FilledSchema {
  private constructor(
    private readonly database: Database,
    private readonly rows: ReadonlyMap<string, readonly Row[]>,
  ) {}

  /**
   * Fills the tables of the schema, those first that others refer to.
   *
   * @param except tables that are left empty
   */
  static async fill(database: Database, except: ReadonlySet<string>): Promise<FilledSchema> {
    const columns = (await columnsOf(database)).filter(({ table }) => !except.has(table));
    const references = (await referencesOf(database)).filter(({ table, otherTable }) => table !== otherTable);
    const waiting = new Set(columns.map(({ table }) => table));
    const rows = new Map<string, Row[]>();
    while (waiting.size > 0) {
      const next = [...waiting].find((table) =>
        references.every((reference) => reference.table !== table || !waiting.has(reference.otherTable)),
      );
      if (next === undefined) throw new Error(`These tables refer to each other: ${[...waiting].join(', ')}`);
      waiting.delete(next);
      for (let n = 1; n <= rowsOfEach; n += 1)
        await insert(
          database,
          columns.filter(({ table }) => table === next),
          references,
          rows,
          n,
        );
      rows.set(next, await read(database, next));
    }
    return new FilledSchema(database, rows);
  }

  /** The names of the tables that hold rows. */
  get tables(): string[] {
    return [...this.rows.keys()];
  }

  /** The rows of a table as they were written. */
  written(table: string): readonly Row[] {
    return this.rows.get(table) ?? [];
  }

  /** The rows of a table as they are now. */
  now(table: string): Promise<Row[]> {
    return read(this.database, table);
  }
}

async function insert(
  database: Database,
  columns: readonly Column[],
  references: readonly Reference[],
  rows: ReadonlyMap<string, readonly Row[]>,
  n: number,
): Promise<void> {
  const given = columns.flatMap((column) => {
    const to = references.find(({ table, column: name }) => table === column.table && name === column.column);
    const isFilled = column.isNeeded || values[`${column.table}.${column.column}`] !== undefined;
    if (!isFilled) return [];
    const value = to === undefined ? valueFor(column, n) : rows.get(to.otherTable)?.[n - 1]?.[to.otherColumn];
    return value === undefined ? [] : [[column.column, value] as const];
  });
  await database.query(
    `INSERT INTO "${columns[0]?.table}" (${given.map(([name]) => `"${name}"`).join(', ')})
     VALUES (${given.map((_, index) => `$${index + 1}`).join(', ')})`,
    given.map(([, value]) => (typeof value === 'object' && !Buffer.isBuffer(value) ? JSON.stringify(value) : value)),
  );
}

async function read(database: Database, table: string): Promise<Row[]> {
  const rows = await database.query<{ row: Row }>(`SELECT to_jsonb(t) AS row FROM "${table}" t ORDER BY t::text`);
  return rows.map(({ row }) => row).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}
