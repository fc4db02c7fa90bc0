import { Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { conductorAliveFor } from '../versions/node-fields.js';
import type { NodeRow } from './node-row.js';

/** What else decides what a node waits for. */
export interface Surroundings {
  /** Whether a conductor of the node's group that serves its hardware type is alive. */
  readonly isServed: boolean;
  /** Whether the conductor that works on the node is alive; true where none does. */
  readonly isHolderAlive: boolean;
  /** When the holder announced itself last. */
  readonly holderHeardAt: Date | null;
  /** Since when reports wait for earlier ones; null when none does. */
  readonly parkedSince: Date | null;
  /** The allocation that holds the node. */
  readonly allocation: { readonly uuid: string; readonly name: string | null } | null;
  readonly allocatedSince: Date | null;
}

const isAlive = `c.online AND c.updated_at > now() - ${conductorAliveFor}`;

/** Reads what surrounds a node. */
@Injectable()
export class NodeExplainRepository {
  constructor(private readonly database: Database) {}

  /** What surrounds the node. */
  async surroundings(node: NodeRow): Promise<Surroundings> {
    const holder = node.reservation ?? node.task_owner;
    const [found] = await this.database.query<Surroundings>(
      `SELECT
         EXISTS (SELECT FROM conductors c WHERE ${isAlive} AND c.conductor_group = $1 AND jsonb_exists(c.drivers, $2))
           AS "isServed",
         COALESCE((SELECT ${isAlive} FROM conductors c WHERE c.hostname = $3), true) AS "isHolderAlive",
         (SELECT c.updated_at FROM conductors c WHERE c.hostname = $3) AS "holderHeardAt",
         (SELECT min(parked_at) FROM parked_task_events
           WHERE (task = $4 AND epoch = $5) OR (task = $6 AND epoch = $7)) AS "parkedSince",
         (SELECT json_build_object('uuid', a.uuid, 'name', a.name) FROM allocations a WHERE a.node_uuid = $8)
           AS allocation,
         (SELECT COALESCE(a.updated_at, a.created_at) FROM allocations a WHERE a.node_uuid = $8) AS "allocatedSince"`,
      [node.conductor_group, node.driver, holder, node.task, node.epoch, node.power_task, node.power_epoch, node.uuid],
    );
    return found ?? nothing;
  }
}

const nothing: Surroundings = {
  isServed: false,
  isHolderAlive: true,
  holderHeardAt: null,
  parkedSince: null,
  allocation: null,
  allocatedSince: null,
};
