import { BessemerError } from '@bessemer/errors';
import type pg from 'pg';
import type { Database, Row, TextReader } from './database.js';
import { discreetly } from './discreet-errors.js';
import { type TextRow, textRows } from './row-by-row.js';

/** One open transaction. */
export interface Transaction extends TextReader {
  /** The database that the transaction belongs to. */
  readonly database: Database;
  /** Runs one statement and returns its rows (of `RETURNING` too). */
  query<T extends object = Row>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
  /** Like {@link query}, for a hot statement: see {@link Database.prepared}. */
  prepared<T extends object = Row>(name: string, sql: string, parameters?: readonly unknown[]): Promise<T[]>;
  /**
   * Has the commit sent behind statements that are sent already, without waiting for their answers first. The transaction ends
   * when they are answered too, and fails when one of them does.
   *
   * @param answer of statements all of which are sent by now, outside of any savepoint; whoever needs it waits for it after the
   *   transaction, and learns then of what fails when an answer is read
   */
  withCommit(answer: Promise<unknown>): void;
  /** Runs after the commit, not at all after a rollback; for wake-ups alone, since a crash in between loses it. */
  afterCommit(action: () => void): void;
}

/** Whatever came of it, the error is told by the statements that fail of it. */
const ignore = (): void => undefined;

const nextTick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** What cannot be sent after all, the driver refuses at once or one tick later, and it is known here before the tick after that. */
async function untilRefused(): Promise<void> {
  await nextTick();
  await nextTick();
}

class OpenTransaction implements Transaction {
  readonly actions: (() => void)[] = [];
  private readonly answers: Promise<unknown>[] = [];
  private readonly failures: unknown[] = [];
  private isEnding = false;

  constructor(
    readonly database: Database,
    private readonly client: pg.PoolClient,
  ) {}

  async query<T extends object = Row>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
    this.database.dataSource.logger.logQuery(sql, [...parameters]);
    return (await this.send<T>({ text: sql, values: [...parameters] })).rows;
  }

  async prepared<T extends object = Row>(name: string, sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
    return (await this.send<T>({ name, text: sql, values: [...parameters] })).rows;
  }

  async texts(sql: string, parameters: readonly unknown[] = [], name?: string): Promise<readonly TextRow[]> {
    const named = name === undefined ? {} : { name };
    const statement = { ...named, text: sql, values: [...parameters], ...textRows } as const;
    this.requireOpen();
    this.database.dataSource.logger.logQuery(sql, [...parameters]);
    return (await discreetly(() => this.client.query<(string | null)[]>(statement))).rows;
  }

  withCommit(answer: Promise<unknown>): void {
    this.answers.push(answer);
    answer.catch((failure) => this.failures.push(failure));
  }

  afterCommit(action: () => void): void {
    this.actions.push(action);
  }

  /** Until it is answered, statements may be sent that would do no harm without it; none is sent any more when it fails. */
  async begin(): Promise<void> {
    const beginning = this.client.query('START TRANSACTION');
    beginning.catch((failure) => {
      this.isEnding = true;
      this.failures.push(failure);
    });
    await beginning;
  }

  async commit(): Promise<void> {
    if (this.answers.length > 0) await untilRefused();
    this.requireSuccess();
    const committing = this.send({ text: 'COMMIT' });
    this.isEnding = true;
    const [ended] = await Promise.allSettled([committing, ...this.answers]);
    if (ended.status === 'rejected') throw ended.reason;
    // Postgres rolls back what has failed, and takes a commit of it for the end of it.
    if (ended.value.command === 'ROLLBACK')
      throw new BessemerError('internal', 'A statement of the transaction had failed, and it was to be committed.');
  }

  /** What made the transaction fail: a statement that nobody had waited for, before those that failed of it. */
  causeOf(error: unknown): unknown {
    return this.failures.length > 0 ? this.failures[0] : error;
  }

  async rollback(): Promise<void> {
    this.isEnding = true;
    await this.client.query('ROLLBACK');
  }

  private requireSuccess(): void {
    if (this.failures.length > 0) throw this.failures[0];
  }

  private send<T extends pg.QueryResultRow>(statement: pg.QueryConfig): Promise<pg.QueryResult<T>> {
    this.requireOpen();
    return discreetly(() => this.client.query<T>(statement));
  }

  /** What came after the commit would be a statement by itself. */
  private requireOpen(): void {
    if (this.isEnding) throw new BessemerError('internal', 'A statement was sent after the end of its transaction.');
  }
}

/** How a transaction begins. */
export interface TransactionOptions {
  /**
   * Whether its first statements, all that are sent before one of them is answered, only read and lock: then they are sent behind the
   * beginning, which would leave nothing behind if it failed.
   */
  readsFirst?: boolean;
}

/** Runs `work` in a transaction on a connection of the pool: committed when it resolves, rolled back when it rejects. */
export async function runTransaction<T>(
  database: Database,
  pool: pg.Pool,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const { result, actions } = await onConnection(database, pool, work, options);
  for (const action of actions) action();
  return result;
}

async function onConnection<T>(
  database: Database,
  pool: pg.Pool,
  work: (transaction: Transaction) => Promise<T>,
  { readsFirst = false }: TransactionOptions,
): Promise<{ result: T; actions: readonly (() => void)[] }> {
  const client = await discreetly(() => pool.connect());
  // A connection that is lost fails the statements that are under way.
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    const transaction = new OpenTransaction(database, client);
    try {
      const beginning = transaction.begin();
      if (readsFirst) transaction.withCommit(beginning);
      else await beginning;
      const result = await work(transaction);
      await transaction.commit();
      return { result, actions: transaction.actions };
    } catch (error) {
      await transaction.rollback().catch((cause: Error) => {
        broken = cause;
      });
      throw transaction.causeOf(error);
    }
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}
