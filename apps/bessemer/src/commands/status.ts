import type { Command } from 'commander';
import { DataFolder } from '../instance/data-folder.js';
import { readStatus } from '../instance/instance-status.js';
import { withDataOption } from './options.js';

/** `./bessemer status`: what runs, where, and how it is. */
export function register(program: Command): void {
  const command = program
    .command('status')
    .description('show URLs, pids and health; exit code 1 when something is not healthy (never with --json)')
    .option('--json', 'as JSON');
  withDataOption(command).action(async (options: { data: string; json?: boolean }) => {
    const status = await readStatus(new DataFolder(options.data));
    if (options.json) {
      process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      return;
    }
    const all = Object.values(status).flat();
    for (const { name, url, pid, healthy, reason } of all) {
      const columns = [
        name.padEnd(14),
        (healthy ? 'healthy' : 'down').padEnd(8),
        String(pid ?? '-').padEnd(8),
        url ?? '',
      ];
      process.stdout.write(`${columns.join(' ').trimEnd()}${reason ? `  (${reason})` : ''}\n`);
    }
    if (!all.every(({ healthy }) => healthy)) process.exitCode = 1;
  });
}
