import type { WorkflowState } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { ImportOptions, WorkflowGoal } from './workflows.dto.js';

/** A row of `workflows`. */
export interface WorkflowRow extends ImportOptions {
  uuid: string;
  kind: 'import';
  state: WorkflowState;
  /** Who asked for it. */
  user: string | null;
  project: string | null;
  created_at: Date;
  finished_at: Date | null;
}

/** A row of `workflow_items`. */
export interface WorkflowItemRow {
  workflow: string;
  index: number;
  node_uuid: string;
  created: boolean;
  /** An earlier workflow that works on the node; what is to be done is found when it has ended. */
  follows: string | null;
  /** What is still to be done, the first of them now. */
  goals: WorkflowGoal[];
  /** The stable state that the verb of the first goal leads to; null until the verb is about to be asked for. */
  expects: string | null;
  /** The node's epoch before that; a higher one says that the verb was accepted. */
  expects_after_epoch: number | null;
  state: WorkflowState;
  reason: string | null;
  since: Date;
  /** When somebody must look at it again; null when it has ended. */
  look_at: Date | null;
  error: string | null;
}

/** What changes in an item. */
export type ItemChanges = Partial<
  Pick<WorkflowItemRow, 'follows' | 'goals' | 'expects' | 'expects_after_epoch' | 'state' | 'reason' | 'error'>
> & { lookInSeconds: number | null };

/** The node that a record of a file may be. */
export interface Candidate {
  uuid: string;
  driver: string;
  driver_info: Record<string, never>;
}

/** Statements on workflows. */
@Injectable()
export class WorkflowsRepository {
  constructor(private readonly database: Database) {}

  /** Inserts a workflow with its items; all of them are due at once. */
  async insert(
    tx: Transaction,
    workflow: ImportOptions & Pick<WorkflowRow, 'uuid' | 'user' | 'project'>,
    items: readonly Pick<WorkflowItemRow, 'index' | 'node_uuid' | 'created' | 'follows' | 'goals'>[],
  ): Promise<void> {
    await tx.query(
      `INSERT INTO workflows (uuid, kind, state, introspect, provide, "user", project)
       VALUES ($1, 'import', 'running', $2, $3, $4, $5)`,
      [workflow.uuid, workflow.introspect, workflow.provide, workflow.user, workflow.project],
    );
    await tx.query(
      `INSERT INTO workflow_items (workflow, index, node_uuid, created, follows, goals, state, look_at)
       SELECT $1, index, node_uuid, created, follows, goals, 'running', now()
       FROM jsonb_to_recordset($2::jsonb) AS item (index integer, node_uuid uuid, created boolean, follows uuid, goals jsonb)`,
      [workflow.uuid, JSON.stringify(items)],
    );
  }

  async find(uuid: string): Promise<WorkflowRow | undefined> {
    const [row] = await this.database.query<WorkflowRow>('SELECT * FROM workflows WHERE uuid = $1', [uuid]);
    return row;
  }

  /** The newest workflows first. */
  list(limit: number): Promise<WorkflowRow[]> {
    return this.database.query<WorkflowRow>('SELECT * FROM workflows ORDER BY created_at DESC, uuid LIMIT $1', [limit]);
  }

  items(workflow: string): Promise<WorkflowItemRow[]> {
    return this.database.query<WorkflowItemRow>('SELECT * FROM workflow_items WHERE workflow = $1 ORDER BY index', [
      workflow,
    ]);
  }

  /** The newest workflow that still works on the node. */
  async openOf(tx: Transaction, node: string): Promise<string | null> {
    const [row] = await tx.query<{ uuid: string }>(
      `SELECT w.uuid FROM workflow_items i JOIN workflows w ON w.uuid = i.workflow
       WHERE i.node_uuid = $1 AND i.look_at IS NOT NULL ORDER BY w.created_at DESC, w.uuid LIMIT 1`,
      [node],
    );
    return row?.uuid ?? null;
  }

  /** What a workflow does with a node. */
  async itemOf(workflow: string, node: string): Promise<WorkflowItemRow | undefined> {
    const sql = 'SELECT * FROM workflow_items WHERE workflow = $1 AND node_uuid = $2';
    const [row] = await this.database.query<WorkflowItemRow>(sql, [workflow, node]);
    return row;
  }

  /** Makes the items due that wait for this one. */
  async wakeFollowers(tx: Transaction, item: WorkflowItemRow): Promise<void> {
    await tx.query('UPDATE workflow_items SET look_at = now() WHERE follows = $1 AND node_uuid = $2', [
      item.workflow,
      item.node_uuid,
    ]);
  }

  /**
   * Makes the open items of a node due now; answers whether there are any. They are locked in the order in which the end of an item
   * wakes those that follow it.
   */
  async wake(tx: Transaction, node: string): Promise<boolean> {
    const rows = await tx.prepared(
      'wake workflow items',
      `WITH open AS (
         SELECT i.workflow, i.index FROM workflow_items i JOIN workflows w ON w.uuid = i.workflow
         WHERE i.node_uuid = $1 AND i.look_at IS NOT NULL ORDER BY w.created_at, w.uuid, i.index FOR UPDATE OF i)
       UPDATE workflow_items i SET look_at = now() FROM open
       WHERE i.workflow = open.workflow AND i.index = open.index RETURNING i.index`,
      [node],
    );
    return rows.length > 0;
  }

  /** Takes items that are due; they come up again after `leaseSeconds` if whoever took them dies. */
  takeDue(limit: number, leaseSeconds: number): Promise<WorkflowItemRow[]> {
    return this.database.query<WorkflowItemRow>(
      `UPDATE workflow_items SET look_at = date_trunc('milliseconds', clock_timestamp() + make_interval(secs => $2))
       WHERE (workflow, index) IN (
         SELECT workflow, index FROM workflow_items WHERE look_at <= now() ORDER BY look_at LIMIT $1
         FOR UPDATE SKIP LOCKED)
       RETURNING *`,
      [limit, leaseSeconds],
    );
  }

  /** Keeps what came of a look; a wake-up that arrived meanwhile stands. */
  async change(tx: Transaction, item: WorkflowItemRow, changes: ItemChanges): Promise<WorkflowItemRow | undefined> {
    const next = { ...item, ...changes };
    const isNew = next.reason !== item.reason || next.state !== item.state || next.goals.length !== item.goals.length;
    const [row] = await tx.query<WorkflowItemRow>(
      `UPDATE workflow_items SET goals = $3, expects = $4, expects_after_epoch = $5, state = $6, reason = $7, error = $8, follows = $12,
         since = CASE WHEN $9 THEN now() ELSE since END,
         look_at = CASE WHEN $10::float IS NULL THEN NULL
           WHEN look_at = $11 THEN clock_timestamp() + make_interval(secs => $10) ELSE look_at END
       WHERE workflow = $1 AND index = $2 RETURNING *`,
      [
        item.workflow,
        item.index,
        JSON.stringify(next.goals),
        next.expects,
        next.expects_after_epoch,
        next.state,
        next.reason,
        next.error,
        isNew,
        changes.lookInSeconds,
        item.look_at,
        next.follows,
      ],
    );
    return row;
  }

  /** Ends the workflow when no item is open any more; answers its final state then. */
  async finishIfDone(tx: Transaction, workflow: string): Promise<WorkflowState | undefined> {
    await tx.query('SELECT 1 FROM workflows WHERE uuid = $1 FOR UPDATE', [workflow]);
    const [row] = await tx.query<{ state: WorkflowState }>(
      `UPDATE workflows SET finished_at = now(), state = CASE WHEN EXISTS (
           SELECT 1 FROM workflow_items WHERE workflow = $1 AND state = 'failed') THEN 'failed' ELSE 'succeeded' END
       WHERE uuid = $1 AND finished_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM workflow_items WHERE workflow = $1 AND state = 'running')
       RETURNING state`,
      [workflow],
    );
    return row?.state;
  }

  /** Nodes of these UUIDs, each with its hardware type. */
  nodesByUuid(uuids: readonly string[]): Promise<{ uuid: string }[]> {
    return this.database.query('SELECT uuid FROM nodes WHERE uuid = ANY($1::uuid[])', [uuids]);
  }

  /** Owners of these MAC addresses. */
  nodesByMac(addresses: readonly string[]): Promise<{ address: string; uuid: string }[]> {
    return this.database.query('SELECT address, node_uuid AS uuid FROM ports WHERE address = ANY($1)', [addresses]);
  }

  /** Nodes whose `driver_info` holds one of these addresses under any of these keys. */
  nodesByBmc(keys: readonly string[], addresses: readonly string[]): Promise<Candidate[]> {
    return this.database.query<Candidate>(
      `SELECT uuid, driver, driver_info FROM nodes
       WHERE EXISTS (SELECT 1 FROM unnest($1::text[]) AS key WHERE driver_info ->> key = ANY($2))`,
      [keys, addresses],
    );
  }
}
