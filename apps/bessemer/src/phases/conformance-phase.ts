import { join } from 'node:path';
import type { Phase, Tally } from './phase.js';
import { runProgram } from './program-run.js';
import { withScratchInstance } from './scratch-instance.js';
import { missingMaterial, sharedFolder } from './shared-material.js';

/** The unmodified `baremetal` CLI through the life of a machine, against a fresh instance. */
export const conformancePhase: Phase = {
  name: 'conformance',
  run: async () => {
    const skipped = missingMaterial('conformance/lifecycle.sh');
    const tally: Tally = { passed: 0, failed: 0 };
    if (skipped) return { ...tally, skipped };
    const script = join(sharedFolder, 'conformance', 'lifecycle.sh');
    await withScratchInstance('conformance', {}, async (apiUrl) => {
      const { code, output } = await runProgram('bash', [script, apiUrl, 'fake-hardware'], { echo: true });
      const counted = /(\d+) passed, (\d+) failed\s*$/.exec(output);
      tally.passed = Number(counted?.[1] ?? 0);
      tally.failed = Number(counted?.[2] ?? 0) || (code === 0 && counted ? 0 : 1);
      return tally.failed === 0;
    });
    return tally;
  },
};
