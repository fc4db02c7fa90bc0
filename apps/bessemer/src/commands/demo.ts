import { join } from 'node:path';
import { BessemerError } from '@bessemer/errors';
import { type Command, Option } from 'commander';
import { defaultDataDir, wholeNumber } from './options.js';

interface DemoCommandOptions {
  data: string;
  once?: boolean;
  conductors: number;
  machines: number;
  imageSize: number;
  timeout: number;
}

/** `./bessemer demo`: the main job, live. */
export function register(program: Command): void {
  program
    .command('demo')
    .description('take machines from an instackenv.json to active, on simulated BMCs and agents, and show how')
    .option('--once', 'end with exit code 0 when all machines are active')
    .option('--conductors <n>', 'how many conductors', wholeNumber(1, 16), 1)
    .option('--machines <n>', 'how many machines', wholeNumber(1, 4), 4)
    .option('--image-size <MiB>', 'size of the image that is deployed', wholeNumber(1, 1024), 16)
    .option('--timeout <seconds>', 'give up after so long', wholeNumber(10, 3600), 300)
    .addOption(
      new Option('--data <dir>', 'folder of the demo; it is emptied at the start').default(
        join(defaultDataDir, 'demo'),
        '.bessemer/demo beside the script',
      ),
    )
    .action(async (options: DemoCommandOptions) => {
      const { runDemo } = await import('../demo/demo.js');
      const interrupted = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
      try {
        await runDemo(
          {
            dataDir: options.data,
            once: options.once ?? false,
            conductors: options.conductors,
            machines: options.machines,
            imageMebibytes: options.imageSize,
            timeoutSeconds: options.timeout,
          },
          process.stdout,
          interrupted.signal,
        );
      } catch (error) {
        if (interrupted.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        throw new BessemerError('internal', `The demo failed: ${message}`, {
          remedy: `The logs of its services are in ${join(options.data, 'log')}, those of its machines in ${join(options.data, 'machines')}.`,
          cause: error,
        });
      }
    });
}
