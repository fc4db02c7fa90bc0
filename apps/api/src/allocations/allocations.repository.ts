import { isUuid } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import type { NodeRow } from '../nodes/node-row.js';
import { type Conditions, type ListSource, type Page, type PageRequest, readList } from '../records/page.js';
import { entityTagOf, type Tagged } from '../records/revision.js';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';
import { insertRow, updateRow } from '../records/write.js';
import { allocationFields } from '../versions/allocation-fields.js';

/** A row of the table `allocations`. */
export interface AllocationRow {
  id: string;
  uuid: string;
  revision: number;
  incarnation: number;
  name: string | null;
  node_uuid: string | null;
  state: 'allocating' | 'active' | 'error';
  last_error: string | null;
  resource_class: string | null;
  owner: string | null;
  traits: string[];
  candidate_nodes: string[];
  extra: Record<string, unknown>;
}

/** The list of allocations. */
export const allocationList: ListSource = {
  table: 'allocations',
  plural: 'allocations',
  fields: allocationFields,
  noun: 'Allocation',
};

/** The refusal of an identifier that names no allocation. */
export const allocationNotFound = (ident: string): BessemerError =>
  new BessemerError('not-found', `Allocation ${ident} could not be found.`, { field: 'allocation' });

type Reader = Pick<Transaction, 'query'>;

const isAvailable = `n.provision_state = ANY($1::text[]) AND n.instance_uuid IS NULL
  AND NOT n.maintenance AND n.resource_class = $2 AND ($3::text IS NULL OR n.owner = $3)
  AND (cardinality($4::uuid[]) = 0 OR n.uuid = ANY($4::uuid[]))`;
const hasTraits = `(SELECT count(*) FROM node_traits t WHERE t.node_uuid = n.uuid AND t.trait = ANY($5::text[]))
    = cardinality($5::text[])`;
const isPowerKnown = 'n.power_state IS NOT NULL';
// A UUID that is some node's instance already can become no other's.
const fits = `${isAvailable} AND ${isPowerKnown} AND ${hasTraits}
  AND NOT EXISTS (SELECT FROM nodes o WHERE o.instance_uuid = $6::uuid)`;

/** How near nodes come to what an allocation wants. */
export interface NearMisses {
  /** Whether nodes are available and of its class, its owner and its candidates, with a power state that is known. */
  readonly isAnyAvailable: boolean;
  /** A node that would fit if its power state were known. */
  readonly ofUnknownPower: string | null;
}

const wishesOf = (wanted: AllocationRow, states: readonly string[]): unknown[] => [
  states,
  wanted.resource_class,
  wanted.owner,
  wanted.candidate_nodes,
  [...new Set(wanted.traits)],
  wanted.uuid,
];

/** Statements on allocations. */
@Injectable()
export class AllocationsRepository {
  constructor(private readonly database: Database) {}

  /** The allocation of that UUID, else the one of that name: a name may look like a UUID. */
  async find(ident: string): Promise<AllocationRow | undefined> {
    const named = isUuid(ident) ? await this.findByUuid(ident) : undefined;
    return named ?? this.findBy('name', ident, this.database);
  }

  findByUuid(uuid: string, reader: Reader = this.database): Promise<AllocationRow | undefined> {
    return this.findBy('uuid', uuid, reader);
  }

  /** The allocation that holds the node of that UUID. */
  findByNode(uuid: string): Promise<AllocationRow | undefined> {
    return this.findBy('node_uuid', uuid, this.database);
  }

  async lock(tx: Transaction, uuid: string): Promise<AllocationRow | undefined> {
    const [row] = await tx.query<AllocationRow>('SELECT * FROM allocations WHERE uuid = $1 FOR UPDATE', [uuid]);
    return row;
  }

  insert(tx: Transaction, values: Record<string, unknown>): Promise<AllocationRow> {
    return insertRow<AllocationRow>(tx, 'allocations', values);
  }

  update(tx: Transaction, row: AllocationRow, changes: Record<string, unknown>): Promise<AllocationRow> {
    return updateRow<AllocationRow>(tx, 'allocations', row, changes);
  }

  async delete(tx: Transaction, uuid: string): Promise<void> {
    await tx.query('DELETE FROM allocations WHERE uuid = $1', [uuid]);
  }

  /**
   * The first allocation after that id which nobody has matched yet, locked until the transaction ends; those that
   * others have locked are left out.
   */
  async lockWaiting(tx: Transaction, id: string): Promise<AllocationRow | undefined> {
    const [row] = await tx.query<AllocationRow>(
      "SELECT * FROM allocations WHERE state = 'allocating' AND id > $1 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
      [id],
    );
    return row;
  }

  /** Whether an allocation waits for a node, whoever works on it. */
  async isAnyWaiting(): Promise<boolean> {
    const rows = await this.database.query("SELECT FROM allocations WHERE state = 'allocating' LIMIT 1");
    return rows.length > 0;
  }

  /**
   * A node that fits and is free, locked: one that nobody else has locked, the one of the allocation's name first, else
   * one that its name, or its UUID, points to by a hash: allocations spread over the nodes, and one that is made again
   * under its name gets the same node again if it is free.
   *
   * @param states the provision states that may be allocated
   */
  async lockMatch(tx: Transaction, wanted: AllocationRow, states: readonly string[]): Promise<NodeRow | undefined> {
    const [node] = await tx.query<NodeRow>(
      `SELECT n.* FROM nodes n WHERE ${fits} AND n.reservation IS NULL AND n.task IS NULL
       ORDER BY (n.name IS NOT DISTINCT FROM $7) DESC, md5(COALESCE($7, ($6::uuid)::text) || n.uuid::text)
       LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [...wishesOf(wanted, states), wanted.name],
    );
    return node;
  }

  /** Whether a node fits, be it that somebody works on it or changes it now. */
  async isAnyMatch(tx: Transaction, wanted: AllocationRow, states: readonly string[]): Promise<boolean> {
    const rows = await tx.query(`SELECT FROM nodes n WHERE ${fits} LIMIT 1`, wishesOf(wanted, states));
    return rows.length > 0;
  }

  /** What keeps nodes from fitting. */
  async nearMisses(tx: Transaction, wanted: AllocationRow, states: readonly string[]): Promise<NearMisses> {
    const [row] = await tx.query<NearMisses>(
      `SELECT COALESCE(bool_or(${isPowerKnown}), false) AS "isAnyAvailable",
         min(n.uuid::text) FILTER (WHERE NOT (${isPowerKnown}) AND ${hasTraits}) AS "ofUnknownPower"
       FROM nodes n WHERE ${isAvailable}`,
      wishesOf(wanted, states).slice(0, -1),
    );
    return row ?? { isAnyAvailable: false, ofUnknownPower: null };
  }

  /** The UUID of the node that is associated with the instance. */
  async nodeOfInstance(tx: Transaction, instance: string): Promise<string | undefined> {
    const [node] = await tx.query<{ uuid: string }>('SELECT uuid FROM nodes WHERE instance_uuid = $1', [instance]);
    return node?.uuid;
  }

  /** The allocation as JSON text; the context learns which revision is shown. Throws `not-found`. */
  async render(uuid: string, selection: Selection, context: RequestContext): Promise<string> {
    const [row] = await this.database.query<Tagged & { item: string }>(
      `SELECT ${renderRecord(selection, context)} AS item, r.revision, r.incarnation, $1::text AS base
       FROM allocations r WHERE r.uuid = $2`,
      [context.base, uuid],
    );
    if (row === undefined) throw allocationNotFound(uuid);
    context.shownTag = entityTagOf(row);
    return row.item;
  }

  list(selection: Selection, page: PageRequest, conditions: Conditions, minor: number): Promise<Page> {
    return readList(this.database, allocationList, selection, page, conditions, minor);
  }

  private async findBy(
    column: 'uuid' | 'name' | 'node_uuid',
    value: string,
    reader: Reader,
  ): Promise<AllocationRow | undefined> {
    const [row] = await reader.query<AllocationRow>(`SELECT * FROM allocations WHERE ${column} = $1`, [value]);
    return row;
  }
}
