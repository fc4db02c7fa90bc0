import { randomUUID } from 'node:crypto';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { Conditions, type ListSource, type Page, type PageRequest, readList } from '../records/page.js';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';
import { behaves } from '../versions/behaviours.js';
import { historyFields } from '../versions/history-fields.js';
import type { HistoryEntry } from './history-entry.js';

/** The list of a node's history. */
export const historyList: ListSource = {
  table: 'node_history',
  plural: 'history',
  fields: historyFields,
  noun: 'Node history record',
  defaultSort: 'id',
};

const visible = (minor: number): string => (behaves('history-transitions', minor) ? 'true' : "r.severity = 'ERROR'");

/** Statements on the history of nodes. */
@Injectable()
export class HistoryRepository {
  constructor(private readonly database: Database) {}

  async add(tx: Transaction, entry: HistoryEntry): Promise<void> {
    const names = Object.keys(entry);
    await tx.query(
      `INSERT INTO node_history (uuid, ${names.map((name) => `"${name}"`).join(', ')})
       VALUES ($1, ${names.map((_, index) => `$${index + 2}`).join(', ')})`,
      [randomUUID(), ...Object.values(entry)],
    );
  }

  list(node: string, selection: Selection, page: PageRequest, base: string, minor: number): Promise<Page> {
    const conditions = new Conditions(base);
    conditions.add('r.node_uuid = ?', node);
    conditions.add(visible(minor));
    return readList(this.database, historyList, selection, page, conditions, minor);
  }

  async render(node: string, uuid: string, selection: Selection, base: string, minor: number): Promise<string> {
    const [row] = await this.database.query<{ item: string }>(
      `SELECT ${renderRecord(selection, { minor })} AS item, $1::text AS base FROM node_history r
       WHERE r.node_uuid = $2 AND r.uuid::text = $3 AND ${visible(minor)}`,
      [base, node, uuid.toLowerCase()],
    );
    if (row === undefined) throw new BessemerError('not-found', `Node history record ${uuid} could not be found.`);
    return row.item;
  }
}
