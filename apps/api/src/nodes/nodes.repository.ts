import { isUuid, type PortRecord } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { Gatherer } from '../records/gatherer.js';
import { type Conditions, type ListSource, type Page, type PageRequest, readList } from '../records/page.js';
import { allFields, type Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';
import { insertRow, updateRow } from '../records/write.js';
import { nodeFields } from '../versions/node-fields.js';
import { isBusy, type NodeRow } from './node-row.js';

/** The channel on which a node tells that nobody works on it any more. */
export const releaseChannel = 'node_released';

/** The list of nodes. */
export const nodeList: ListSource = {
  table: 'nodes',
  plural: 'nodes',
  fields: nodeFields,
  noun: 'Node',
  neverNull: ['uuid', 'created_at', 'driver', 'provision_state', 'maintenance', 'conductor_group'],
};

type Reader = Pick<Transaction, 'query'>;

/** What of a request decides how a node is shown; it learns which revision was. */
export type Showing = Pick<RequestContext, 'base' | 'minor' | 'shownRevision'>;

/** How a request names a node. */
export interface NodeName {
  readonly column: 'uuid' | 'name';
  readonly value: string;
}

interface Shown {
  readonly item: string;
  readonly revision: number;
}

interface ShownOf extends Shown {
  readonly uuid: string;
  readonly name: string | null;
}

interface AskedNode extends NodeName {
  readonly base: string;
}

/** One statement for each base and column, which is one statement for nearly all requests. */
async function showAll(
  asked: readonly AskedNode[],
  read: (base: string, column: NodeName['column'], idents: readonly string[]) => Promise<ShownOf[]>,
): Promise<(Shown | null)[]> {
  const groups = new Map<string, AskedNode[]>();
  for (const one of asked) {
    const key = `${one.column} ${one.base}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const found = new Map<string, Shown>();
  for (const [key, group] of groups) {
    const [first] = group;
    if (first === undefined) continue;
    const idents = [...new Set(group.map(({ value }) => value))];
    for (const row of await read(first.base, first.column, idents)) found.set(`${key} ${row[first.column]}`, row);
  }
  return asked.map(({ base, column, value }) => found.get(`${column} ${base} ${value}`) ?? null);
}

/** The refusal of an identifier that names no node. */
export const nodeNotFound = (ident: string): BessemerError =>
  new BessemerError('not-found', `Node ${ident} could not be found.`, { field: 'node' });

/** Statements on nodes; it knows no rule. */
@Injectable()
export class NodesRepository {
  private readonly shows = new Map<number, Gatherer<AskedNode, Shown | null>>();

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

  /** The node as JSON text, rendered by Postgres; the context learns which revision is shown. Throws `not-found`. */
  async render(uuid: string, selection: Selection, context: Showing): Promise<string> {
    const [row] = await this.database.query<Shown>(
      `SELECT ${renderRecord(selection, context)} AS item, r.revision, $1::text AS base FROM nodes r WHERE r.uuid = $2`,
      [context.base, uuid],
    );
    if (row === undefined) throw nodeNotFound(uuid);
    context.shownRevision = row.revision;
    return row.item;
  }

  /** Like {@link render}, with every field that the API version has: many requests are served by one statement. */
  async show(name: NodeName, context: Showing): Promise<string | undefined> {
    const shown = await this.showsOf(context.minor).do({ ...name, base: context.base });
    if (shown !== null) context.shownRevision = shown.revision;
    return shown?.item;
  }

  list(selection: Selection, page: PageRequest, conditions: Conditions, minor: number): Promise<Page> {
    return readList(this.database, nodeList, selection, page, conditions, minor);
  }

  private showsOf(minor: number): Gatherer<AskedNode, Shown | null> {
    let shows = this.shows.get(minor);
    if (shows === undefined) {
      const item = renderRecord(allFields(nodeFields, minor), { minor });
      const columns = `${item} AS item, r.uuid, r.name, r.revision, $1::text AS base`;
      const read = (base: string, column: NodeName['column'], idents: readonly string[]): Promise<ShownOf[]> =>
        this.database.prepared<ShownOf>(
          `nodes by ${column} at ${minor}`,
          `SELECT ${columns} FROM nodes r WHERE r.${column} = ANY($2::${column === 'uuid' ? 'uuid' : 'text'}[])`,
          [base, idents],
        );
      shows = new Gatherer((asked) => showAll(asked, read), { largest: 64, atOnce: 2 });
      this.shows.set(minor, shows);
    }
    return shows;
  }

  private async announceRelease(tx: Transaction, uuid: string): Promise<void> {
    await tx.query('SELECT pg_notify($1, $2)', [releaseChannel, uuid]);
  }
}
