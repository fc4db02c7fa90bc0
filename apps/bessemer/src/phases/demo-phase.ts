import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Phase } from './phase.js';
import { runProgram } from './program-run.js';
import { mainProgram } from './scratch-instance.js';

/** The demo to its end, with one conductor and with two. */
export const demoPhase: Phase = {
  name: 'demo',
  run: async () => {
    const tally = { passed: 0, failed: 0 };
    for (const conductors of [1, 2]) {
      const folder = await mkdtemp(join(tmpdir(), 'bessemer-demo-'));
      const args = ['demo', '--once', '--conductors', String(conductors), '--data', join(folder, 'data')];
      const { code } = await runProgram(process.execPath, [mainProgram, ...args], { echo: true });
      process.stdout.write(`${code === 0 ? 'ok   ' : 'FAIL '} demo --once --conductors ${conductors}\n`);
      tally[code === 0 ? 'passed' : 'failed'] += 1;
      if (code === 0) await rm(folder, { recursive: true, force: true });
      else process.stdout.write(`logs and data of this demo: ${folder}\n`);
    }
    return tally;
  },
};
