import type { Database } from '@bessemer/database';
import type { Logger } from 'typeorm';

/** A statement as it went to Postgres. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

const ignore = (): void => undefined;

/** Writes down what an api sends to its database, through the statement logger of its data source. */
export class StatementLog {
  private statements: Statement[] = [];

  /** @param database of the api, whose statements are written down from now on */
  constructor(database: Database) {
    const logger: Logger = {
      logQuery: (sql, parameters) => {
        this.statements.push({ sql, parameters: Array.isArray(parameters) ? parameters : [] });
      },
      logQueryError: ignore,
      logQuerySlow: ignore,
      logSchemaBuild: ignore,
      logMigration: ignore,
      log: ignore,
    };
    database.dataSource.setOptions({ logger, logging: ['query'] });
  }

  /** The statements with one of these values among their parameters that `work` sent; sweeps send others meanwhile. */
  async during(values: readonly unknown[], work: () => Promise<void>): Promise<Statement[]> {
    this.statements = [];
    await work();
    return this.statements.filter(({ parameters }) => parameters.some((parameter) => values.includes(parameter)));
  }
}

interface Explained {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: Readonly<Record<string, unknown>> }];
}

/** How many pages of tables and indexes the statement touches when it runs: those in memory and those read. */
export async function pagesTouched(database: Database, { sql, parameters }: Statement): Promise<number> {
  const [explained] = await database.query<Explained>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`, parameters);
  const plan = explained?.['QUERY PLAN'][0].Plan ?? {};
  return Number(plan['Shared Hit Blocks']) + Number(plan['Shared Read Blocks']);
}
