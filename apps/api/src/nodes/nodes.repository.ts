import { isJsonObject, isUuid, type PortRecord } from '@bessemer/contracts';
import { anyNumberOf, Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { type Conditions, type ListSource, type Page, type PageRequest, readList } from '../records/page.js';
import { entityTagOf, type Tagged } from '../records/revision.js';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';
import { columnsOfTable } from '../records/table-columns.js';
import { insertRow, insertRows, isLockTimeout, updateRow, updateRows } from '../records/write.js';
import { nodeFields } from '../versions/node-fields.js';
import { bmcAddressesOf } from './bmc-addresses.js';
import { isBusy, type NodeRow } from './node-row.js';
import type { Showing } from './node-views.js';
import { serialNumberOf } from './serial-number.js';

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

/** Longer no request keeps a connection to wait for a row, so that a row that is kept does not use up the pool. */
export const longestLockWaitMs = 2000;

const rowLocked = (ident: string, cause: unknown): BessemerError =>
  new BessemerError('node-locked', `Node ${ident} is locked by another request, please retry later.`, { cause });

type Reader = Pick<Transaction, 'query'>;

/** A node with what belongs to it. */
export interface LoadedNode {
  readonly node: NodeRow;
  readonly traits: string[];
  /** The MAC addresses of its ports. */
  readonly macs: string[];
  /** The UUID of the allocation that holds it. */
  readonly allocation: string | null;
}

/** A new node, with what it is found by. */
const withIdentifiers = (record: Record<string, unknown>): Record<string, unknown> => ({
  ...record,
  ...(isJsonObject(record['driver_info']) ? { bmc_addresses: bmcAddressesOf(record['driver_info']) } : {}),
  serial_number: serialNumberOf(record),
});

/** Changes of a node, with those of what it is found by: also of what an instance of an older release has left behind. */
function withNewIdentifiers(node: NodeRow, changes: Partial<NodeRow>): Partial<NodeRow> {
  const { driver_info, properties = node.properties, extra = node.extra } = changes;
  const all = driver_info === undefined ? changes : { ...changes, bmc_addresses: bmcAddressesOf(driver_info) };
  const serial_number = serialNumberOf({ properties, extra });
  return serial_number === node.serial_number ? all : { ...all, serial_number };
}

interface BelongingsRow extends Omit<LoadedNode, 'node'> {
  readonly uuid: string;
}

function loadedOf(node: NodeRow, belongings: ReadonlyMap<string, BelongingsRow>): LoadedNode {
  const { traits = [], macs = [], allocation = null } = belongings.get(node.uuid) ?? {};
  return { node, traits, macs, allocation };
}

const portColumns =
  'uuid, address, pxe_enabled, physical_network, local_link_connection, internal_info, extra, portgroup_uuid';

const selectBelongings = `SELECT n.uuid,
  ARRAY(SELECT t.trait FROM node_traits t WHERE t.node_uuid = n.uuid ORDER BY t.trait) AS traits,
  ARRAY(SELECT address FROM ports WHERE node_uuid = n.uuid ORDER BY id) AS macs,
  (SELECT a.uuid FROM allocations a WHERE a.node_uuid = n.uuid) AS allocation
  FROM unnest(${anyNumberOf('$1', 'uuid[]')}) AS n (uuid)`;

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
    await tx.query(`SET LOCAL lock_timeout = ${longestLockWaitMs}`);
    try {
      const [row] = await tx.query<NodeRow>(`SELECT * FROM nodes WHERE ${column} = $1 FOR UPDATE`, [value]);
      return row;
    } catch (error) {
      throw isLockTimeout(error) ? rowLocked(ident, error) : error;
    }
  }

  insert(tx: Transaction, values: Record<string, unknown>): Promise<NodeRow> {
    return insertRow<NodeRow>(tx, 'nodes', withIdentifiers(values));
  }

  /** Inserts new nodes and returns them as they are, in their order. */
  insertAll(tx: Transaction, records: readonly Record<string, unknown>[]): Promise<NodeRow[]> {
    return insertRows<NodeRow>(tx, 'nodes', records.map(withIdentifiers));
  }

  /** Changes the node by compare-and-set; whoever waits for it to be free is woken when it is. */
  async update(tx: Transaction, node: NodeRow, changes: Partial<NodeRow>): Promise<NodeRow> {
    const changed = await updateRow<NodeRow>(tx, 'nodes', node, withNewIdentifiers(node, changes));
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

  /** The MAC addresses of the node's ports. */
  async macs(uuid: string, reader: Reader = this.database): Promise<string[]> {
    const rows = await reader.query<{ address: string }>('SELECT address FROM ports WHERE node_uuid = $1 ORDER BY id', [
      uuid,
    ]);
    return rows.map(({ address }) => address);
  }

  /** The node's ports as commands carry them. */
  ports(uuid: string, reader: Reader = this.database): Promise<PortRecord[]> {
    return reader.query<PortRecord>(`SELECT ${portColumns} FROM ports WHERE node_uuid = $1 ORDER BY id`, [uuid]);
  }

  /**
   * The nodes with what belongs to them, by UUID, locked until the transaction ends; those that others have locked are left out.
   *
   * @param wanted the UUIDs of those of which it is wanted what belongs to them; others seem to have nothing
   */
  async lockAll(
    tx: Transaction,
    uuids: readonly string[],
    wanted: readonly string[],
  ): Promise<Map<string, LoadedNode>> {
    const { all } = await columnsOfTable(tx, 'nodes');
    const [locked, belongings] = await Promise.all([
      tx.prepared<NodeRow>(
        'lock nodes',
        `SELECT ${all} FROM nodes WHERE uuid = ANY(${anyNumberOf('$1', 'uuid[]')}) ORDER BY id FOR UPDATE SKIP LOCKED`,
        [uuids],
      ),
      this.belongings(tx, wanted),
    ]);
    return new Map(locked.map((node) => [node.uuid, loadedOf(node, belongings)]));
  }

  /** A locked node with what belongs to it, if that is wanted. */
  async load(tx: Transaction, node: NodeRow, isWanted: boolean): Promise<LoadedNode> {
    return loadedOf(node, await this.belongings(tx, isWanted ? [node.uuid] : []));
  }

  /** It is a statement of its own after the lock: one that waits for a lock reads the row anew, but what belongs to it as it was before. */
  private async belongings(tx: Transaction, uuids: readonly string[]): Promise<Map<string, BelongingsRow>> {
    const rows =
      uuids.length === 0 ? [] : await tx.prepared<BelongingsRow>('belongings of nodes', selectBelongings, [uuids]);
    return new Map(rows.map((row) => [row.uuid, row]));
  }

  /**
   * Changes many nodes, which are locked: one statement for all that change the same columns.
   *
   * @returns the rows as they are now, in the order of the changes
   */
  async updateAll(
    tx: Transaction,
    asked: readonly { readonly node: NodeRow; readonly changes: Partial<NodeRow> }[],
  ): Promise<NodeRow[]> {
    const changes = asked.map(({ node, changes: changed }) => ({ node, changes: withNewIdentifiers(node, changed) }));
    const stamps = await updateRows(tx, 'nodes', changes);
    const after = changes.map(({ node, changes: changed }) => ({ ...node, ...changed, ...stamps.get(node.uuid) }));
    for (const [index, { node }] of changes.entries()) {
      const row = after[index];
      if (row !== undefined && isBusy(node) && !isBusy(row)) await this.announceRelease(tx, node.uuid);
    }
    return after;
  }

  /** The node as JSON text, rendered by Postgres; the context learns which revision is shown. Throws `not-found`. */
  async render(uuid: string, selection: Selection, context: Showing): Promise<string> {
    const [row] = await this.database.query<Tagged & { readonly item: string }>(
      `SELECT ${renderRecord(selection, context)} AS item, r.revision, r.incarnation, $1::text AS base FROM nodes r WHERE r.uuid = $2`,
      [context.base, uuid],
    );
    if (row === undefined) throw nodeNotFound(uuid);
    context.shownTag = entityTagOf(row);
    return row.item;
  }

  list(selection: Selection, page: PageRequest, conditions: Conditions, minor: number): Promise<Page> {
    return readList(this.database, nodeList, selection, page, conditions, minor);
  }

  private async announceRelease(tx: Transaction, uuid: string): Promise<void> {
    await tx.query('SELECT pg_notify($1, $2)', [releaseChannel, uuid]);
  }
}
