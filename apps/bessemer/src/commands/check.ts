import type { Command } from 'commander';
import { checkPhase } from '../phases/check-phase.js';
import { runPhases } from '../phases/phase.js';

/** `./bessemer check`: everything that can be said without running the services. */
export function register(program: Command): void {
  program
    .command('check')
    .description('check format, lint, module boundaries, types, generated files and the lock file')
    .action(async () => {
      const ok = await runPhases([checkPhase], (line) => process.stdout.write(`${line}\n`));
      if (!ok) process.exitCode = 1;
    });
}
