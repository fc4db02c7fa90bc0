import { isUuid } from '@bessemer/contracts';
import type { Database, Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import type { RequestContext } from '../http/context.js';
import { type Conditions, type ListSource, type Page, type PageRequest, readList } from './page.js';
import { entityTagOf, type Tagged } from './revision.js';
import type { Selection } from './selection.js';
import { renderRecord } from './sql.js';
import { isLogicalName } from './values.js';
import { insertRow, updateRow } from './write.js';

/** What every record's row has. */
export interface RecordRow {
  uuid: string;
  revision: number;
  /** Which record of its UUID it is. */
  incarnation: number;
}

/** Whatever statements can be sent to: the database, or a transaction. */
export type Reader = Pick<Transaction, 'query'>;

/** A kind of record: where its rows are, and how it is shown. */
export interface RecordSource extends ListSource {
  /** Whether a record may be named by its `name`. */
  readonly isNamed?: boolean;
}

/** Statements that all kinds of records share; a repository extends it with its own. It knows no rule. */
export abstract class RecordStore<Row extends RecordRow> {
  constructor(
    protected readonly database: Database,
    readonly source: RecordSource,
  ) {}

  /** The record of the UUID, or of the name where this kind has names. */
  async find(ident: string, reader: Reader = this.database): Promise<Row | undefined> {
    const column = isUuid(ident) || this.source.isNamed !== true ? 'uuid' : 'name';
    if (column === 'uuid' ? !isUuid(ident) : !isLogicalName(ident)) return undefined;
    const value = column === 'uuid' ? ident.toLowerCase() : ident;
    const [row] = await reader.query<Row>(`SELECT * FROM ${this.source.table} WHERE ${column} = $1`, [value]);
    return row;
  }

  /** Like {@link find}; throws `not-found`. */
  async require(ident: string, reader: Reader = this.database): Promise<Row> {
    const row = await this.find(ident, reader);
    if (row === undefined) throw this.notFound(ident);
    return row;
  }

  /** The record, locked until the transaction ends; throws `not-found`. */
  async lock(tx: Transaction, uuid: string): Promise<Row> {
    const [row] = await tx.query<Row>(`SELECT * FROM ${this.source.table} WHERE uuid = $1 FOR UPDATE`, [uuid]);
    if (row === undefined) throw this.notFound(uuid);
    return row;
  }

  insert(tx: Transaction, values: Record<string, unknown>): Promise<Row> {
    return insertRow<Row>(tx, this.source.table, values);
  }

  /** Changes the record by compare-and-set on its revision. */
  update(tx: Transaction, row: Row, changes: Record<string, unknown>): Promise<Row> {
    return updateRow<Row>(tx, this.source.table, row, changes);
  }

  async delete(tx: Transaction, uuid: string): Promise<void> {
    await tx.query(`DELETE FROM ${this.source.table} WHERE uuid = $1`, [uuid]);
  }

  /** The record as JSON text; the context learns which revision is shown. Throws `not-found`. */
  async render(uuid: string, selection: Selection, context: RequestContext): Promise<string> {
    const [row] = await this.database.query<Tagged & { item: string }>(
      `SELECT ${renderRecord(selection, context)} AS item, r.revision, r.incarnation, $1::text AS base
       FROM ${this.source.table} r WHERE r.uuid = $2`,
      [context.base, uuid],
    );
    if (row === undefined) throw this.notFound(uuid);
    context.shownTag = entityTagOf(row);
    return row.item;
  }

  list(selection: Selection, page: PageRequest, conditions: Conditions, minor: number): Promise<Page> {
    return readList(this.database, this.source, selection, page, conditions, minor);
  }

  /** The refusal of an identifier that names no such record. */
  notFound(ident: string): BessemerError {
    return new BessemerError('not-found', `${this.source.noun} ${ident} could not be found.`, {
      field: this.source.noun.toLowerCase(),
    });
  }
}
