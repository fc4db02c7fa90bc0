import { anyNumberOf, Database } from '@bessemer/database';
import { heartbeatAction, heartbeatExtendsTimeout, provisionStates } from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import type { NodeRow } from '../nodes/node-row.js';

const columnsOfAgent = [
  'uuid',
  'provision_state',
  'maintenance',
  'task',
  'epoch',
  'conductor_group',
  'driver',
  'agent_token',
] as const satisfies readonly (keyof NodeRow)[];

const heardColumns = [
  ...columnsOfAgent,
  'reservation',
  'driver_internal_info',
  'agent_token_digest',
] as const satisfies readonly (keyof NodeRow)[];

/** What of a node decides whether its agent is heard. */
export type StateOfAgent = Pick<NodeRow, 'uuid' | 'provision_state' | 'maintenance'>;

/** What of a node tells which task hears its agent. */
export type NodeOfAgent = Pick<NodeRow, (typeof columnsOfAgent)[number]>;

/** What of a node decides whether a heartbeat is its agent's. */
export type HeardNode = Pick<NodeRow, (typeof heardColumns)[number]>;

/** A heartbeat that may be one of an agent that is known already, and tell nothing new but that it lives. */
export interface SteadyBeat {
  /** Of the node. */
  readonly uuid: string;
  /** Of the token. */
  readonly digest: string;
  /** What the beat tells of the agent, by the names of `driver_internal_info`; JSON text. */
  readonly info: string;
}

const heededStates = provisionStates.filter((state) => heartbeatAction(state) !== 'ignore');
const extendedStates = provisionStates.filter(heartbeatExtendsTimeout);

/** Statements of heartbeats: many of them are one. */
@Injectable()
export class HeartbeatRepository {
  constructor(private readonly database: Database) {}

  /** The nodes by UUID. */
  async read(uuids: readonly string[]): Promise<Map<string, HeardNode>> {
    const rows = await this.database.prepared<HeardNode>(
      'nodes of heartbeats',
      `SELECT ${heardColumns.join(', ')} FROM nodes WHERE uuid = ANY(${anyNumberOf('$1', 'uuid[]')})`,
      [uuids],
    );
    return new Map(rows.map((row) => [row.uuid, row]));
  }

  /**
   * Notes the time of those heartbeats that are of an agent that is known and tell nothing new, where they mean something; rows that
   * others have locked are passed over, and so are those that somebody changes while it runs: their newest version has another place.
   * Such a beat costs this one statement, which is why it judges too. The commit does not wait for the disk: what a crash of Postgres
   * takes with it is told again by the next beat.
   *
   * @param beats of different nodes
   * @returns the nodes of those that were noted
   */
  note(beats: readonly SteadyBeat[]): Promise<NodeOfAgent[]> {
    return this.database.prepared<NodeOfAgent>(
      'note heartbeats',
      `WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS setting),
       given AS (
         SELECT * FROM unnest(${anyNumberOf('$1', 'uuid[]')}, ${anyNumberOf('$2', 'text[]')}, ${anyNumberOf('$3', 'jsonb[]')})
           AS given (uuid, digest, info)),
       locked AS (
         SELECT n.ctid AS place FROM given JOIN nodes n ON n.uuid = given.uuid
           AND n.agent_token_digest = given.digest AND n.driver_internal_info @> given.info AND n.provision_state = ANY($4)
         ORDER BY n.id FOR UPDATE OF n SKIP LOCKED)
       UPDATE nodes n SET
         driver_internal_info = n.driver_internal_info || jsonb_build_object('agent_last_heartbeat', $5::text),
         provision_updated_at =
           CASE WHEN n.provision_state = ANY($6) AND NOT n.maintenance THEN now() ELSE n.provision_updated_at END,
         revision = n.revision + 1, updated_at = now()
       FROM locked, hasty WHERE n.ctid = locked.place RETURNING ${columnsOfAgent.map((name) => `n.${name}`).join(', ')}`,
      [
        beats.map(({ uuid }) => uuid),
        beats.map(({ digest }) => digest),
        beats.map(({ info }) => info),
        heededStates,
        heardNow(),
        extendedStates,
      ],
    );
  }
}

/** The time as `agent_last_heartbeat` shows it. */
export const heardNow = (): string => new Date().toISOString().replace('Z', '');
