import { Database, type Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { Introspection, Outcome } from './introspection.js';

const columns = 'uuid, node, task, state, started_at, finished_at, error, body_sha256';

/** A page of introspections, newest first. */
export interface IntrospectionPage {
  limit: number;
  /** The node whose introspection the page follows. */
  marker?: string;
  states?: readonly string[];
}

/** Introspections and their data. */
@Injectable()
export class IntrospectionsRepository {
  constructor(private readonly database: Database) {}

  /** Opens the introspection of a task, if it is not open yet, and locks it. */
  async open(tx: Transaction, node: string, task: string): Promise<Introspection> {
    await tx.query(
      `INSERT INTO introspections (node, task, state, started_at) VALUES ($1, $2, 'waiting', clock_timestamp())
       ON CONFLICT (node, task) DO NOTHING`,
      [node, task],
    );
    const [introspection] = await tx.query<Introspection>(
      `SELECT ${columns} FROM introspections WHERE node = $1 AND task = $2 FOR UPDATE`,
      [node, task],
    );
    if (introspection) return introspection;
    throw new Error('An introspection vanished between its insertion and its lock.');
  }

  /** Ends those of a node that still wait, except the one of the task that the node has now. */
  async endWaiting(
    tx: Transaction,
    node: string,
    end: { state: 'finished' | 'error'; error: string | null; exceptTask: string | null },
  ): Promise<void> {
    await tx.query(
      `UPDATE introspections SET state = $2, error = $3, finished_at = clock_timestamp()
        WHERE node = $1 AND state = 'waiting' AND task IS DISTINCT FROM $4`,
      [node, end.state, end.error, end.exceptTask],
    );
  }

  /** Stores how an introspection ended; answers it as it stands then. */
  async finish(tx: Transaction, introspection: Introspection, outcome: Outcome): Promise<Introspection> {
    await tx.query(
      `INSERT INTO introspection_data (introspection, unprocessed, processed, inventory) VALUES ($1, $2, $3, $4)`,
      [introspection.uuid, outcome.unprocessed, outcome.processed, outcome.inventory],
    );
    const [finished] = await tx.query<Introspection>(
      `UPDATE introspections SET state = $2, error = $3, body_sha256 = $4, warnings = $5, rules = $6,
         finished_at = clock_timestamp() WHERE uuid = $1 RETURNING ${columns}`,
      [
        introspection.uuid,
        outcome.state,
        outcome.error,
        outcome.bodySha256,
        outcome.warnings,
        JSON.stringify(outcome.rules),
      ],
    );
    return finished ?? introspection;
  }

  /** Deletes all but the newest introspections of a node. */
  async keepNewest(tx: Transaction, node: string, keep: number): Promise<void> {
    await tx.query(
      `DELETE FROM introspections WHERE uuid IN (
         SELECT uuid FROM introspections WHERE node = $1 AND state <> 'waiting'
          ORDER BY started_at DESC, uuid DESC OFFSET $2)`,
      [node, keep],
    );
  }

  /** Deletes everything about a node. */
  async forget(tx: Transaction, node: string): Promise<void> {
    await tx.query('DELETE FROM introspections WHERE node = $1', [node]);
  }

  /** The newest introspection of a node, or null. */
  async newest(node: string): Promise<Introspection | null> {
    const [introspection] = await this.database.query<Introspection>(
      `SELECT ${columns} FROM introspections WHERE node = $1 ORDER BY started_at DESC, uuid DESC LIMIT 1`,
      [node],
    );
    return introspection ?? null;
  }

  /** The newest introspection of each node, newest first. */
  list(page: IntrospectionPage): Promise<Introspection[]> {
    return this.database.query<Introspection>(
      `SELECT * FROM (SELECT DISTINCT ON (node) ${columns} FROM introspections
                       ORDER BY node, started_at DESC, uuid DESC) newest
        WHERE ($1::text[] IS NULL OR state = ANY ($1))
          AND ($2::uuid IS NULL OR (started_at, uuid) <
               (SELECT started_at, uuid FROM introspections WHERE node = $2 ORDER BY started_at DESC, uuid DESC LIMIT 1))
        ORDER BY started_at DESC, uuid DESC LIMIT $3`,
      [page.states ?? null, page.marker ?? null, page.limit],
    );
  }

  /** A document of the newest introspection of a node that has one, or of the given introspection; null for none. */
  async document(
    node: string,
    which: 'unprocessed' | 'processed' | 'inventory',
    introspection?: string,
  ): Promise<string | null> {
    const [row] = await this.database.query<{ document: string }>(
      `SELECT d.${which} AS document FROM introspections i JOIN introspection_data d ON d.introspection = i.uuid
        WHERE i.node = $1 AND ($2::uuid IS NULL OR i.uuid = $2) AND d.${which} IS NOT NULL
        ORDER BY i.started_at DESC, i.uuid DESC LIMIT 1`,
      [node, introspection ?? null],
    );
    return row?.document ?? null;
  }
}
