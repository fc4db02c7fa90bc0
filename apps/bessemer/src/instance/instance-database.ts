import { existsSync } from 'node:fs';
import type { ServiceName } from '@bessemer/contracts';
import { Database } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import type { DataFolder } from './data-folder.js';
import { loadSecrets } from './instance-secrets.js';
import { readState } from './instance-state.js';

/**
 * Runs `work` on the schema of a service of a running instance, with the rights of that service.
 *
 * @throws `unavailable` when the instance does not run
 */
export async function withServiceDatabase<T>(
  folder: DataFolder,
  service: ServiceName,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const { processes } = await readState(folder.stateFile);
  const server = processes.find(({ name }) => name === 'postgres')?.url;
  if (!server || !existsSync(folder.secrets)) {
    throw new BessemerError('unavailable', `The instance in ${folder.root} does not run.`, {
      remedy: 'Start it with ./bessemer up, or name another with --data DIR.',
    });
  }
  const url = new URL(server);
  url.username = `${url.pathname.slice(1)}_${service}`;
  url.password = (await loadSecrets(folder.secrets)).databasePasswords[service];
  const database = await Database.connect({
    url: url.toString(),
    schema: service,
    applicationName: 'bessemer command',
    // One for the lock under which migrations run, one for them.
    poolSize: 2,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
