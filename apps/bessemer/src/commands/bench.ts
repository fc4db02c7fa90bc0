import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { wholeNumber } from './options.js';

const program = fileURLToPath(new URL('../../../../test/dist/bench/main.js', import.meta.url));

interface BenchCommandOptions {
  nodes: number;
  connections: number;
  seconds: number;
  only?: string;
  json?: string;
}

/** `./bessemer bench api`: how fast the api answers on this machine. */
export function register(root: Command): void {
  root
    .command('bench')
    .description('measure how fast a service is, on an instance of its own')
    .command('api')
    .description('fill an instance with nodes and measure how the API answers; every answer must be a success')
    .option('--nodes <n>', 'how many nodes there are', wholeNumber(5, 1_000_000), 10_000)
    .option('--connections <n>', 'how many clients send at a time', wholeNumber(1, 1024), 16)
    .option('--seconds <n>', 'how long each measurement takes', wholeNumber(1, 3600), 10)
    .option('--only <names>', 'some measurements alone: root,get,list,detail,deep,lookup,heartbeat,patch,create')
    .option('--json <file>', 'write the figures to this file too')
    .action(async ({ nodes, connections, seconds, only, json }: BenchCommandOptions) => {
      const { runProgram } = await import('../phases/program-run.js');
      // Ctrl-C reaches the benchmark too, which then stops its instance; this program waits for that.
      process.on('SIGINT', () => undefined);
      const args = ['--nodes', nodes, '--connections', connections, '--seconds', seconds].map(String);
      if (only !== undefined) args.push('--only', only);
      if (json !== undefined) args.push('--json', json);
      const run = await runProgram(process.execPath, ['--enable-source-maps', program, ...args], { echo: true });
      if (run.code !== 0) process.exitCode = 1;
    });
}
