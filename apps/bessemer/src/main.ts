import { BessemerError } from '@bessemer/errors';
import { Command } from 'commander';
import { commands } from './commands/index.js';

const program = new Command('bessemer')
  .description('Bare metal provisioning that speaks the Ironic API')
  .version('0.1.0')
  .showHelpAfterError('(./bessemer --help lists the commands)');
for (const register of commands) register(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof BessemerError)) throw error;
  process.stderr.write(`bessemer: ${error.message}\n${error.remedy ? `${error.remedy}\n` : ''}`);
  process.exitCode = 1;
}
