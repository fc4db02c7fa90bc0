import { join } from 'node:path';
import { repositoryRoot } from '../instance/instance-options.js';
import { runProgram } from '../phases/program-run.js';
import { generatedFiles } from './generated-files.js';
import { findLockFileProblems } from './lock-file.js';
import { findSourceProblems } from './source-rules.js';

/** One thing that is held of the repository as it stands, without running it. */
export interface Check {
  name: string;
  /** What is wrong; empty when nothing is. */
  run(): Promise<string>;
}

const tool = (name: string) => join(repositoryRoot, 'node_modules', '.bin', name);

async function complaints(program: string, args: string[]): Promise<string> {
  const { code, output } = await runProgram(program, args, { cwd: repositoryRoot });
  return code === 0 ? '' : output || `${program} ended with exit code ${code}`;
}

/** Everything that `./bessemer check` holds. */
export const checks: readonly Check[] = [
  { name: 'types', run: () => complaints(tool('tsc'), ['-b']) },
  {
    name: 'format, lint, module boundaries',
    run: () => complaints(tool('biome'), ['ci', '--colors=off', '--max-diagnostics=20', '.']),
  },
  { name: 'source rules', run: async () => (await findSourceProblems(repositoryRoot)).join('\n') },
  { name: 'lock file', run: async () => (await findLockFileProblems(repositoryRoot)).join('\n') },
  ...generatedFiles.map(({ what, generator }) => ({
    name: `generated: ${what}`,
    run: () => complaints(process.execPath, [join(repositoryRoot, generator), '--check']),
  })),
];
