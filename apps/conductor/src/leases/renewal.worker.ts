/**
 * The thread that renews the leases of this conductor, with a connection of its own, so that neither a busy event loop
 * nor an exhausted pool lets them run out.
 */
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import { monotonicMs } from './monotonic.js';

/** One lease, as both sides name it. */
export interface LeaseId {
  task: string;
  fence: number;
}

/** What the main thread says. */
export type ToRenewal = { add: LeaseId } | { remove: LeaseId };

/** What the thread answers after each round. */
export type FromRenewal = { askedAt: number; renewed: LeaseId[]; lost: LeaseId[] } | { problem: string };

interface Data {
  url: string;
  schema: string;
  leaseMs: number;
  renewalMs: number;
}

const { url, schema, leaseMs, renewalMs } = workerData as Data;
const held = new Map<string, LeaseId>();
let client: pg.Client | undefined;

const keyOf = ({ task, fence }: LeaseId): string => `${task}/${fence}`;

async function connected(): Promise<pg.Client> {
  if (client !== undefined) return client;
  const fresh = new pg.Client({
    connectionString: url,
    options: `-c search_path=${schema}`,
    application_name: 'bessemer-conductor-leases',
    connectionTimeoutMillis: 2000,
    query_timeout: 2000,
  });
  fresh.on('error', () => {
    client = undefined;
  });
  await fresh.connect();
  client = fresh;
  return fresh;
}

async function renew(): Promise<FromRenewal> {
  const round = [...held.values()];
  const database = await connected();
  const askedAt = monotonicMs();
  const { rows } = await database.query<LeaseId>(
    `UPDATE tasks SET lease_until = clock_timestamp() + $3 * interval '1 millisecond'
     FROM unnest($1::uuid[], $2::integer[]) AS mine (task, fence)
     WHERE uuid = mine.task AND tasks.fence = mine.fence AND lease_until > clock_timestamp()
     RETURNING mine.task, mine.fence`,
    [round.map(({ task }) => task), round.map(({ fence }) => fence), leaseMs],
  );
  const renewed = new Set(rows.map(keyOf));
  return { askedAt, renewed: rows, lost: round.filter((lease) => !renewed.has(keyOf(lease))) };
}

async function round(): Promise<void> {
  if (held.size > 0) {
    try {
      const answer = await renew();
      // What was given up while the statement ran is neither renewed nor lost.
      if ('lost' in answer) for (const lease of answer.lost) held.delete(keyOf(lease));
      parentPort?.postMessage(answer);
    } catch (error) {
      await client?.end().catch(() => undefined);
      client = undefined;
      parentPort?.postMessage({ problem: error instanceof Error ? error.message : String(error) });
      setTimeout(() => void round(), renewalMs / 4);
      return;
    }
  }
  setTimeout(() => void round(), renewalMs);
}

parentPort?.on('message', (message: ToRenewal) => {
  if ('add' in message) held.set(keyOf(message.add), message.add);
  else held.delete(keyOf(message.remove));
});
void round();
