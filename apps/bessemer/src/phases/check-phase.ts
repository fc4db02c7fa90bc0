import { checks } from '../checks/checks.js';
import type { Phase, Tally } from './phase.js';

/** Format, lint, types, generated files: a line for each check. */
export const checkPhase: Phase = {
  name: 'check',
  run: async () => {
    const tally: Tally = { passed: 0, failed: 0 };
    for (const check of checks) {
      const startedAt = performance.now();
      const problem = await check.run();
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      process.stdout.write(`${problem ? 'FAIL ' : 'ok   '} ${check.name}  ${seconds} s\n`);
      if (problem) process.stdout.write(`${problem.trimEnd()}\n`);
      tally[problem ? 'failed' : 'passed'] += 1;
    }
    return tally;
  },
};
