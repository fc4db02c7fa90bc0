import { join } from 'node:path';
import type { Phase, Tally } from './phase.js';
import { runProgram } from './program-run.js';
import { withScratchInstance } from './scratch-instance.js';
import { missingMaterial, sharedFolder } from './shared-material.js';

/**
 * Groups of recorded exchanges that are driven, and the least share of each that must agree with the original. What keeps
 * the others from 1 stands in docs/compatibility.md; `states` and `node_patch` leave room for a machine that is slow.
 */
const leastAgreement: Readonly<Record<string, number>> = {
  ...{ root: 0.97, drivers: 0.89, node_create: 1, node_list: 0.96, node_patch: 0.98, states: 0.9, management: 1 },
  ...{ ports: 0.98, volume: 1, chassis: 1, allocations: 0.95 },
};

/** The recorded exchanges with the original, driven against a fresh instance and compared. */
export const contractPhase: Phase = {
  name: 'contract',
  run: async () => {
    const skipped = missingMaterial('contract/drive.py');
    const tally: Tally = { passed: 0, failed: 0 };
    if (skipped) return { ...tally, skipped };
    const contract = join(sharedFolder, 'contract');
    const groups = Object.keys(leastAgreement);
    // States that last no time cannot be seen by a client that polls.
    await withScratchInstance('contract', { BESSEMER_FAKE_DELAY: '1s' }, async (apiUrl, folder) => {
      const out = join(folder, 'answers');
      const drive = ['--base', apiUrl, '--out', out, '--groups', groups.join(',')];
      const driven = await runProgram('python3', [join(contract, 'drive.py'), ...drive]);
      if (driven.code !== 0) process.stdout.write(driven.output);
      const selection = groups.flatMap((group) => ['--group', group]);
      const compare = [join(contract, 'compare.py'), join(contract, 'golden'), out, ...selection];
      const { output } = await runProgram('python3', compare, { echo: true });
      for (const [group, least] of Object.entries(leastAgreement)) {
        const figures = new RegExp(`^${group} +(\\d+) of +(\\d+)$`, 'm').exec(output);
        const share = figures ? Number(figures[1]) / Number(figures[2]) : 0;
        const ok = driven.code === 0 && share >= least;
        process.stdout.write(`${ok ? 'ok   ' : 'FAIL '} ${group}: ${percent(share)} agree, ${percent(least)} must\n`);
        tally[ok ? 'passed' : 'failed'] += 1;
      }
      return tally.failed === 0;
    });
    return tally;
  },
};

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
