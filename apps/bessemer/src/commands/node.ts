import { type Command, Option } from 'commander';
import { withDataOption } from './options.js';

interface ImportCommandOptions {
  data: string;
  api?: string;
  introspect?: boolean;
  provide?: boolean;
}

/** `./bessemer node import`: registers the machines of an instackenv.json. */
export function register(program: Command): void {
  const node = program.command('node').description('work on nodes');
  const command = node
    .command('import')
    .description('register the machines of an instackenv.json: all of them, or none when one is wrong')
    .argument('<file>', 'the file; "-" reads standard input')
    .option('--introspect', 'inspect each machine afterwards')
    .option('--provide', 'clean each machine afterwards and make it available')
    .addOption(new Option('--api <url>', 'the API; default: the instance of --data').env('BESSEMER_API_URL'));
  withDataOption(command).action(async (file: string, options: ImportCommandOptions) => {
    const { importFile } = await import('../node/import.js');
    const isComplete = await importFile(
      {
        file,
        dataDir: options.data,
        apiUrl: options.api,
        introspect: options.introspect ?? false,
        provide: options.provide ?? false,
      },
      (line) => process.stdout.write(`${line}\n`),
    );
    if (!isComplete) process.exitCode = 1;
  });
}
