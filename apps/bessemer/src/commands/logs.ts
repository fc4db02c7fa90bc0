import type { Command } from 'commander';
import { DataFolder } from '../instance/data-folder.js';
import { LogFollower, listLogs, readLogs } from '../logs/log-files.js';
import { wholeNumber, withDataOption } from './options.js';

interface LogsOptions {
  data: string;
  follow?: boolean;
  lines: number;
}

/** `./bessemer logs`: what the services said. */
export function register(program: Command): void {
  const command = program
    .command('logs')
    .description('show the logs, in the order of time')
    .argument('[service]', 'api, inspector, dhcp-manager, conductor, nats, postgres or supervisor')
    .option('-f, --follow', 'go on showing what is added')
    .option('-n, --lines <n>', 'how many lines', wholeNumber(0, 1_000_000), 100);
  withDataOption(command).action(async (service: string | undefined, options: LogsOptions) => {
    const folder = new DataFolder(options.data).logs;
    const print = (line: string) => process.stdout.write(`${line}\n`);
    const names = await listLogs(folder, service);
    for (const line of await readLogs(folder, names, options.lines)) print(line);
    if (!options.follow) return;
    const wanted = (name: string) => service === undefined || names.includes(name);
    const follower = await LogFollower.start(folder, wanted, print);
    await new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
    });
    await follower.stop();
  });
}
