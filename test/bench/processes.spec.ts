import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ProcessMeter } from './processes.js';

/** More than a program needs to start. */
const childTimeUs = 500_000;
const longestWaitMs = 20_000;

describe(ProcessMeter.name, () => {
  const here = process.pid;

  it('tells the time of a process alone, and that of Postgres with its children', async () => {
    const program = `require('node:child_process').spawn(process.execPath, ['-e', 'for (;;);']); process.stdout.write('up');`;
    const parent = spawn(process.execPath, ['-e', program], { detached: true });
    const pid = parent.pid ?? 0;
    try {
      await once(parent.stdout, 'data');
      const sut = new ProcessMeter({ api: pid, postgres: pid, others: [here, here] });
      const before = sut.cpu();
      const grown = (): number => sut.cpu().postgres - before.postgres;
      const deadline = performance.now() + longestWaitMs;
      while (grown() < childTimeUs && performance.now() < deadline) await new Promise((done) => setImmediate(done));
      expect(grown()).toBeGreaterThanOrEqual(childTimeUs);
      const after = sut.cpu();
      expect(after.api - before.api).toBeLessThan(childTimeUs / 2);
      expect(after.client).toBeGreaterThan(before.client);
      expect(after.others).toBeGreaterThan(before.others);
    } finally {
      process.kill(-pid, 'SIGKILL');
    }
  });

  it('tells memory in bytes', () => {
    const sut = new ProcessMeter({ api: here, postgres: here, others: [] });
    const { rss } = process.memoryUsage();
    const used = sut.apiMemory();
    expect(used).toBeGreaterThan(rss / 2);
    expect(used).toBeLessThan(rss * 2);
    expect(sut.apiPeakMemory()).toBeGreaterThanOrEqual(used);
  });

  it('refuses a process that has ended', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    expect(() => new ProcessMeter({ api: ended.pid ?? 0, postgres: here, others: [] })).toThrow(/has ended/);
  });
});
