import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ProcessMeter } from './processes.js';

describe(ProcessMeter.name, () => {
  const here = process.pid;

  it('tells the time of a process, and that of the children of Postgres that run', async () => {
    const busy = spawn(process.execPath, ['-e', 'process.stdout.write("up"); for (;;);']);
    try {
      await once(busy.stdout, 'data');
      const sut = new ProcessMeter({ api: busy.pid ?? 0, postgres: here, others: [here, here] });
      const before = sut.cpu();
      while (sut.cpu().api - before.api < 50_000) await new Promise((done) => setImmediate(done));
      const after = sut.cpu();
      expect(after.postgres - before.postgres).toBeGreaterThanOrEqual(after.api - before.api);
      expect(after.client).toBeGreaterThan(before.client);
      expect(after.others).toBeGreaterThan(before.others);
    } finally {
      busy.kill('SIGKILL');
    }
  });

  it('tells memory in bytes', () => {
    const sut = new ProcessMeter({ api: here, postgres: here, others: [] });
    const { rss } = process.memoryUsage();
    expect(sut.apiMemory()).toBeGreaterThan(rss / 2);
    expect(sut.apiMemory()).toBeLessThan(rss * 2);
    expect(sut.apiPeakMemory()).toBeGreaterThanOrEqual(sut.apiMemory());
  });

  it('refuses a process that has ended', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    expect(() => new ProcessMeter({ api: ended.pid ?? 0, postgres: here, others: [] })).toThrow(/has ended/);
  });
});
