import type { DeadLetters } from '@bessemer/bus';
import { BessemerError, isBessemerError } from '@bessemer/errors';
import type { Command } from 'commander';
import { DataFolder } from '../instance/data-folder.js';
import { withDataOption } from './options.js';

/** `./bessemer dead-letters`: the messages that were given up, and another try for them. */
export function register(program: Command): void {
  const command = program.command('dead-letters').description('list and replay the messages that were given up');
  withDataOption(command.command('list', { isDefault: true }))
    .description('show the messages that were given up')
    .option('--all', 'those too that were replayed since')
    .option('--json', 'as JSON, with what they hold')
    .action(list);
  withDataOption(command.command('replay <id>')).description('have one handled once more').action(replay);
}

async function list(options: { data: string; all?: boolean; json?: boolean }): Promise<void> {
  const letters: object[] = [];
  await eachService(options.data, async (service, dead) => {
    for (const letter of await dead.list({ all: options.all ?? false })) {
      letters.push({ service, ...letter });
      if (options.json) continue;
      const what = `${letter.type || '(no type)'} ${letter.subject}`;
      process.stdout.write(`${letter.id}  ${letter.failed_at.toISOString()}  ${service}  ${what}\n`);
      process.stdout.write(`    ${letter.attempts} attempts: ${letter.error.message}\n`);
    }
  });
  if (options.json) process.stdout.write(`${JSON.stringify(letters, null, 2)}\n`);
  else if (letters.length === 0) process.stdout.write('no dead letters\n');
}

async function replay(id: string, options: { data: string }): Promise<void> {
  let found = false;
  await eachService(options.data, async (service, dead) => {
    try {
      await dead.replay(id);
    } catch (error) {
      if (isBessemerError(error) && error.code === 'not-found') return;
      throw error;
    }
    found = true;
    process.stdout.write(`${service} handles it once more\n`);
  });
  if (found) return;
  throw new BessemerError('not-found', `No service has a dead letter ${id}.`, {
    remedy: './bessemer dead-letters list',
  });
}

async function eachService(
  data: string,
  work: (service: string, letters: DeadLetters) => Promise<void>,
): Promise<void> {
  // Loaded here, since the other commands need not wait for all that they bring.
  const [bus, contracts, { withServiceDatabase }] = await Promise.all([
    import('@bessemer/bus'),
    import('@bessemer/contracts'),
    import('../instance/instance-database.js'),
  ]);
  const folder = new DataFolder(data);
  for (const service of contracts.serviceNames) {
    await withServiceDatabase(folder, service, (database) => work(service, new bus.DeadLetters(database)));
  }
}
