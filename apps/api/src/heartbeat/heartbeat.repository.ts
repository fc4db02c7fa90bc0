import { anyNumberOf, Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import type { NodeRow } from '../nodes/node-row.js';

const columns = [
  'uuid',
  'revision',
  'provision_state',
  'maintenance',
  'reservation',
  'task',
  'epoch',
  'conductor_group',
  'driver',
  'driver_internal_info',
  'agent_token',
  'agent_token_digest',
] as const satisfies readonly (keyof NodeRow)[];

/** What of a node decides about a heartbeat of its agent. */
export type HeardNode = Pick<NodeRow, (typeof columns)[number]>;

/** A heartbeat of an agent that tells nothing new but that it lives. */
export interface SteadyBeat {
  readonly node: HeardNode;
  /** Whether it puts off the time-out of the waiting task. */
  readonly extendsTimeout: boolean;
}

/** Statements of heartbeats: many of them are one. */
@Injectable()
export class HeartbeatRepository {
  constructor(private readonly database: Database) {}

  /** The nodes by UUID. */
  async read(uuids: readonly string[]): Promise<Map<string, HeardNode>> {
    const rows = await this.database.prepared<HeardNode>(
      'nodes of heartbeats',
      `SELECT ${columns.join(', ')} FROM nodes WHERE uuid = ANY(${anyNumberOf('$1', 'uuid[]')})`,
      [uuids],
    );
    return new Map(rows.map((row) => [row.uuid, row]));
  }

  /**
   * Notes the time of heartbeats, each by compare-and-set; rows that others have locked are passed over. The commit does not wait for
   * the disk: what a crash of Postgres takes with it is told again by the next beat.
   *
   * @param beats of different nodes
   * @returns the UUIDs of those that were noted
   */
  async touch(beats: readonly SteadyBeat[]): Promise<Set<string>> {
    const rows = await this.database.prepared<{ uuid: string }>(
      'note heartbeats',
      `WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS setting),
       given AS (
         SELECT * FROM unnest(${anyNumberOf('$1', 'uuid[]')}, ${anyNumberOf('$2', 'integer[]')}, ${anyNumberOf('$3', 'boolean[]')})
           AS given (uuid, revision, extends)),
       locked AS (
         SELECT n.uuid, given.extends FROM given JOIN nodes n ON n.uuid = given.uuid AND n.revision = given.revision
         ORDER BY n.id FOR UPDATE OF n SKIP LOCKED)
       UPDATE nodes n SET
         driver_internal_info = n.driver_internal_info || jsonb_build_object('agent_last_heartbeat', $4::text),
         provision_updated_at = CASE WHEN locked.extends THEN now() ELSE n.provision_updated_at END,
         revision = n.revision + 1, updated_at = now()
       FROM locked, hasty WHERE n.uuid = locked.uuid RETURNING n.uuid`,
      [
        beats.map(({ node }) => node.uuid),
        beats.map(({ node }) => node.revision),
        beats.map(({ extendsTimeout }) => extendsTimeout),
        heardNow(),
      ],
    );
    return new Set(rows.map(({ uuid }) => uuid));
  }
}

/** The time as `agent_last_heartbeat` shows it. */
export const heardNow = (): string => new Date().toISOString().replace('Z', '');
