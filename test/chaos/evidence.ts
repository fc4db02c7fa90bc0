import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isDatabaseUnavailable } from '@bessemer/database';
import pg from 'pg';
import { waitFor } from '../integration/stack/index.js';
import type { MachineFolder } from '../sim/index.js';

/** Agent commands that must not be given twice: they destroy or write what is on the disk. */
const onceOnly = ['deploy.write_image', 'deploy.erase_devices_metadata'];
/** Requests to a BMC that set a state. */
const settingRequests = /^(power|boot|reset)\b/;

/** What a machine's own logs say against the rules of DESIGN.md §5; empty when nothing does. */
export function effectsTwice(machine: MachineFolder): string[] {
  return onceOnly.flatMap((step) => {
    const times = machine.countStarted(step);
    return times === 1 ? [] : [`${machine.path}: ${step} was begun ${times} times`];
  });
}

/** How many commands that set a state a machine's BMC was given. */
export function settingCommands(machine: MachineFolder): number {
  return machine.bmcLog().filter(({ operation, request }) => operation === 'set' && settingRequests.test(request))
    .length;
}

interface FinishedStep {
  task: string;
  position: string;
  times: number;
}

/**
 * Steps that were reported finished more than once for a task, from the conductor's outbox: each report is written with
 * the journal's entry, so that a step done twice stands there twice.
 *
 * @param databaseUrl of the conductors' schema
 */
export function stepsFinishedTwice(databaseUrl: string): Promise<FinishedStep[]> {
  return rowsOf<FinishedStep>(
    databaseUrl,
    `SELECT event -> 'data' ->> 'task' AS task, event -> 'data' ->> 'position' AS position, count(*)::int AS times
     FROM (SELECT payload::jsonb AS event FROM conductor.outbox WHERE type = 'bessemer.task.step-finished') AS published
     GROUP BY 1, 2 HAVING count(*) > 1`,
  );
}

/** The hosts of the conductors that have finished steps. */
export async function conductorsAtWork(databaseUrl: string): Promise<string[]> {
  const rows = await rowsOf<{ conductor: string }>(
    databaseUrl,
    `SELECT DISTINCT payload::jsonb -> 'data' ->> 'conductor' AS conductor
     FROM conductor.outbox WHERE type = 'bessemer.task.step-finished' ORDER BY 1`,
  );
  return rows.map(({ conductor }) => conductor);
}

/** Asks again while Postgres is being started after the last strike. */
function rowsOf<T extends pg.QueryResultRow>(databaseUrl: string, sql: string): Promise<T[]> {
  return waitFor('an answer of Postgres', async () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<T>(sql)).rows;
    } catch (error) {
      if (isDatabaseUnavailable(error)) return undefined;
      throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}

/** Sends a signal now, and SIGCONT after `stopMs` when it was SIGSTOP. */
export async function strike(pid: number, signal: 'SIGKILL' | 'SIGSTOP', stopMs: number): Promise<void> {
  process.kill(pid, signal);
  if (signal !== 'SIGSTOP') return;
  await pause(stopMs);
  process.kill(pid, 'SIGCONT');
}

/** The URL of the conductors' schema of an instance, from its folder. */
export function conductorDatabaseOf(dataDir: string): string {
  const state: { processes: { name: string; url?: string }[] } = JSON.parse(
    readFileSync(join(dataDir, 'run', 'state.json'), 'utf8'),
  );
  const secrets: { databasePasswords: { conductor: string } } = JSON.parse(
    readFileSync(join(dataDir, 'secrets', 'secrets.json'), 'utf8'),
  );
  const url = new URL(state.processes.find(({ name }) => name === 'postgres')?.url ?? '');
  url.username = `${url.pathname.slice(1)}_conductor`;
  url.password = secrets.databasePasswords.conductor;
  return url.href;
}
