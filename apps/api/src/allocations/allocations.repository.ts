import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import type { NodeRow } from '../nodes/node-row.js';
import { type Conditions, type ListSource, type Page, type PageRequest, readList } from '../records/page.js';
import type { Selection } from '../records/selection.js';
import { renderRecord } from '../records/sql.js';
import { insertRow, updateRow } from '../records/write.js';
import { allocationFields } from '../versions/allocation-fields.js';

/** A row of the table `allocations`. */
export interface AllocationRow {
  uuid: string;
  revision: number;
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

/** Statements on allocations. */
@Injectable()
export class AllocationsRepository {
  constructor(private readonly database: Database) {}

  /** An allocation by UUID, name or node. */
  async find(ident: string, column?: 'node_uuid'): Promise<AllocationRow | undefined> {
    const condition = column === undefined ? 'uuid::text = lower($1) OR name = $1' : `${column}::text = $1`;
    const [row] = await this.database.query<AllocationRow>(`SELECT * FROM allocations WHERE ${condition}`, [ident]);
    return row;
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

  /** Allocations that nobody has matched yet; others that are being matched are left out. */
  async waiting(tx: Transaction): Promise<AllocationRow[]> {
    return tx.query<AllocationRow>(
      "SELECT * FROM allocations WHERE state = 'allocating' ORDER BY id LIMIT 20 FOR UPDATE SKIP LOCKED",
    );
  }

  /**
   * A node that fits, locked: one that no other match holds, the one of the allocation's name first, else
   * one that its name, or its UUID, points to by a hash: allocations spread over the nodes, and one that is made again
   * under its name gets the same node again if it is free.
   *
   * @param states the provision states that may be allocated
   */
  async match(tx: Transaction, wanted: AllocationRow, states: readonly string[]): Promise<NodeRow | undefined> {
    const [node] = await tx.query<NodeRow>(
      `SELECT n.* FROM nodes n
       WHERE n.provision_state = ANY($1::text[]) AND n.instance_uuid IS NULL AND n.power_state IS NOT NULL
         AND NOT n.maintenance AND n.reservation IS NULL AND n.task IS NULL AND n.resource_class = $2
         AND ($3::text IS NULL OR n.owner = $3)
         AND (cardinality($4::uuid[]) = 0 OR n.uuid = ANY($4::uuid[]))
         AND (SELECT count(*) FROM node_traits t WHERE t.node_uuid = n.uuid AND t.trait = ANY($5::text[]))
             = cardinality($5::text[])
       ORDER BY (n.name IS NOT DISTINCT FROM $6) DESC, md5(COALESCE($6, $7::text) || n.uuid::text)
       LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [
        states,
        wanted.resource_class,
        wanted.owner,
        wanted.candidate_nodes,
        [...new Set(wanted.traits)],
        wanted.name,
        wanted.uuid,
      ],
    );
    return node;
  }

  /** The allocation as JSON text; the context learns which revision is shown. Throws `not-found`. */
  async render(uuid: string, selection: Selection, context: RequestContext): Promise<string> {
    const [row] = await this.database.query<{ item: string; revision: number }>(
      `SELECT ${renderRecord(selection, context)} AS item, r.revision, $1::text AS base
       FROM allocations r WHERE r.uuid = $2`,
      [context.base, uuid],
    );
    if (row === undefined) throw allocationNotFound(uuid);
    context.shownRevision = row.revision;
    return row.item;
  }

  list(selection: Selection, page: PageRequest, conditions: Conditions, minor: number): Promise<Page> {
    return readList(this.database, allocationList, selection, page, conditions, minor);
  }
}
