import { describe, expect, it } from 'vitest';
import { type Phase, runPhases } from './phase.js';

const phase = (name: string, run: Phase['run']): Phase => ({ name, run });

async function run(...phases: Phase[]): Promise<{ ok: boolean; lines: string[] }> {
  const lines: string[] = [];
  const ok = await runPhases(phases, (line) => lines.push(line));
  return { ok, lines };
}

describe(runPhases.name, () => {
  it('sums what the phases count in its last line', async () => {
    const { ok, lines } = await run(
      phase('one', async () => ({ passed: 3, failed: 0 })),
      phase('two', async () => ({ passed: 4, failed: 0 })),
    );
    expect(ok).toBe(true);
    expect(lines.at(-1)).toBe('7 passed, 0 failed');
    expect(lines.join('\n')).toMatch(/two +\d+\.\d s {2}4 passed, 0 failed/);
  });

  it('fails when a phase counts a failure, and runs the others', async () => {
    const { ok, lines } = await run(
      phase('one', async () => ({ passed: 1, failed: 2 })),
      phase('two', async () => ({ passed: 1, failed: 0 })),
    );
    expect(ok).toBe(false);
    expect(lines.at(-1)).toBe('2 passed, 2 failed');
  });

  it('counts a phase that breaks as a failure and says why', async () => {
    const broken = phase('one', async () => {
      throw new Error('no instance');
    });
    const { ok, lines } = await run(broken);
    expect(ok).toBe(false);
    expect(lines.join('\n')).toContain('no instance');
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
  });

  it('says what it skips', async () => {
    const { lines } = await run(
      phase('one', async () => ({ passed: 0, failed: 0, skipped: 'skipped: nothing there' })),
    );
    expect(lines.join('\n')).toContain('skipped: nothing there');
  });
});
