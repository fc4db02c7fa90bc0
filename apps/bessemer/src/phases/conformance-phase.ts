import { join } from 'node:path';
import { repositoryRoot } from '../instance/instance-options.js';
import type { Phase, Tally } from './phase.js';
import { runProgram } from './program-run.js';
import { withScratchInstance } from './scratch-instance.js';
import { missingMaterial, sharedFolder } from './shared-material.js';

const lifecycle = 'conformance/lifecycle.sh';

/** The unmodified `baremetal` CLI with all of its sub-commands, and through the life of a machine, against a fresh instance. */
export const conformancePhase: Phase = {
  name: 'conformance',
  run: async () => {
    const tally: Tally = { passed: 0, failed: 0 };
    const scripts = [join(repositoryRoot, 'test', 'conformance', 'baremetal-commands.sh')];
    const skipped = missingMaterial(lifecycle);
    if (skipped) process.stdout.write(`${lifecycle} ${skipped}\n`);
    else scripts.push(join(sharedFolder, lifecycle));
    await withScratchInstance('conformance', {}, async (apiUrl) => {
      for (const script of scripts) {
        const counted = await runScript(script, apiUrl);
        tally.passed += counted.passed;
        tally.failed += counted.failed;
      }
      return tally.failed === 0;
    });
    return tally;
  },
};

/** A script that breaks off before its last line, or ends in failure without a failed check, counts as one failure. */
async function runScript(script: string, apiUrl: string): Promise<Tally> {
  const { code, output } = await runProgram('bash', [script, apiUrl], { echo: true });
  const counted = /(\d+) passed, (\d+) failed\s*$/.exec(output);
  const failed = Number(counted?.[2] ?? 0);
  return { passed: Number(counted?.[1] ?? 0), failed: failed || (code === 0 && counted ? 0 : 1) };
}
