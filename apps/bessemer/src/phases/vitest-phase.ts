import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../instance/instance-options.js';
import type { Phase } from './phase.js';
import { runProgram } from './program-run.js';

/** What vitest's JSON reporter counts. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  success: boolean;
}

/** Tests that kill services have a phase of their own: they take minutes. */
const chaosTests = 'test/dist/chaos';

/** A phase of tests run by vitest from the compiled sources; a file that cannot be loaded counts as a failure. */
function vitestPhase(name: string, args: string[]): Phase {
  return {
    name,
    run: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'bessemer-vitest-'));
      try {
        const report = join(folder, 'report.json');
        const vitest = join(repositoryRoot, 'node_modules', '.bin', 'vitest');
        const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
        const { code } = await runProgram(vitest, ['run', '--passWithNoTests', ...reporters, ...args], {
          cwd: repositoryRoot,
          echo: true,
        });
        const counted = JSON.parse(await readFile(report, 'utf8')) as VitestReport;
        const failed = counted.numFailedTests || (counted.success && code === 0 ? 0 : 1);
        return { passed: counted.numPassedTests, failed };
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Unit and integration tests: everything that is no chaos test. */
export const unitPhase = vitestPhase('unit', ['--exclude', `${chaosTests}/**`]);

/** Services, NATS and Postgres killed while they work. */
export const chaosPhase = vitestPhase('chaos', [chaosTests]);
