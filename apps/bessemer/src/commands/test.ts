import { Argument, type Command } from 'commander';
import { checkPhase } from '../phases/check-phase.js';
import { conformancePhase } from '../phases/conformance-phase.js';
import { contractPhase } from '../phases/contract-phase.js';
import { demoPhase } from '../phases/demo-phase.js';
import { runPhases } from '../phases/phase.js';
import { chaosPhase, unitPhase } from '../phases/vitest-phase.js';

const phases = [checkPhase, unitPhase, contractPhase, conformancePhase, demoPhase, chaosPhase];

/** `./bessemer test`: everything that continuous integration runs. */
export function register(program: Command): void {
  program
    .command('test')
    .description('run everything that continuous integration runs, or the phases named')
    .addArgument(new Argument('[phases...]', 'which phases').choices(phases.map(({ name }) => name)))
    .action(async (names: string[]) => {
      const chosen = phases.filter(({ name }) => names.length === 0 || names.includes(name));
      const print = (line: string) => process.stdout.write(`${line}\n`);
      if (!(await runPhases(chosen, print))) process.exitCode = 1;
    });
}
