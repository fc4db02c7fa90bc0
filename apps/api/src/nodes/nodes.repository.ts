import { isUuid, type PortRecord } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '../records/page.js';
import { type Conditions, type ListSource, readList } from '../records/page.js';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';
import { insertRow, updateRow } from '../records/write.js';
import { nodeFields } from '../versions/node-fields.js';
import { isBusy, type NodeRow } from './node-row.js';

/** The channel on which a node tells that nobody works on it any more. */
export const releaseChannel = 'node_released';

/** The list of nodes. */
export const nodeList: ListSource = { table: 'nodes', plural: 'nodes', fields: nodeFields, noun: 'Node' };

type Reader = Pick<Transaction, 'query'>;

/** The refusal of an identifier that names no node. */
export const nodeNotFound = (ident: string): BessemerError =>
  new BessemerError('not-found', `Node ${ident} could not be found.`, { field: 'node' });

/** Statements on nodes; it knows no rule. */
@Injectable()
export class NodesRepository {
  constructor(private readonly database: Database) {}

  /** The node of that UUID or name. */
  async find(ident: string, reader: Reader = this.database): Promise<NodeRow | undefined> {
    const column = isUuid(ident) ? 'uuid' : 'name';
    const value = column === 'uuid' ? ident.toLowerCase() : ident;
    const [row] = await reader.query<NodeRow>(`SELECT * FROM nodes WHERE ${column} = $1`, [value]);
    return row;
  }

  /** The node, locked until the transaction ends; throws `not-found`. */
  async lock(tx: Transaction, ident: string): Promise<NodeRow> {
    const row = await this.lockIfThere(tx, ident);
    if (row === undefined) throw nodeNotFound(ident);
    return row;
  }

  /** The node, locked until the transaction ends, or undefined. */
  async lockIfThere(tx: Transaction, ident: string): Promise<NodeRow | undefined> {
    const column = isUuid(ident) ? 'uuid' : 'name';
    const value = column === 'uuid' ? ident.toLowerCase() : ident;
    const [row] = await tx.query<NodeRow>(`SELECT * FROM nodes WHERE ${column} = $1 FOR UPDATE`, [value]);
    return row;
  }

  insert(tx: Transaction, values: Record<string, unknown>): Promise<NodeRow> {
    return insertRow<NodeRow>(tx, 'nodes', values);
  }

  /** Changes the node by compare-and-set; whoever waits for it to be free is woken when it is. */
  async update(tx: Transaction, node: NodeRow, changes: Partial<NodeRow>): Promise<NodeRow> {
    const changed = await updateRow<NodeRow>(tx, 'nodes', node, changes);
    if (isBusy(node) && !isBusy(changed)) await this.announceRelease(tx, node.uuid);
    return changed;
  }

  async delete(tx: Transaction, node: NodeRow): Promise<void> {
    await tx.query('DELETE FROM nodes WHERE uuid = $1', [node.uuid]);
    await this.announceRelease(tx, node.uuid);
  }

  async traits(uuid: string, reader: Reader = this.database): Promise<string[]> {
    const rows = await reader.query<{ trait: string }>(
      'SELECT trait FROM node_traits WHERE node_uuid = $1 ORDER BY trait',
      [uuid],
    );
    return rows.map((row) => row.trait);
  }

  /** The node's ports as commands carry them. */
  ports(uuid: string, reader: Reader = this.database): Promise<PortRecord[]> {
    return reader.query<PortRecord>(
      `SELECT uuid, address, pxe_enabled, physical_network, local_link_connection, internal_info, extra
       FROM ports WHERE node_uuid = $1 ORDER BY id`,
      [uuid],
    );
  }

  /** The node as JSON text, rendered by Postgres. */
  async render(uuid: string, selection: Selection, context: { base: string; minor: number }): Promise<string> {
    const [row] = await this.database.query<{ item: string }>(
      `SELECT ${renderRecord(selection, context)} AS item, $1::text AS base FROM nodes r WHERE r.uuid = $2`,
      [context.base, uuid],
    );
    if (row === undefined) throw nodeNotFound(uuid);
    return row.item;
  }

  list(selection: Selection, page: PageRequest, conditions: Conditions, minor: number): Promise<Page> {
    return readList(this.database, nodeList, selection, page, conditions, minor);
  }

  private async announceRelease(tx: Transaction, uuid: string): Promise<void> {
    await tx.query('SELECT pg_notify($1, $2)', [releaseChannel, uuid]);
  }
}
