import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../integration/stack/index.js';
import { MemoryWatch } from './memory-watch.js';
import { ProcessMeter } from './processes.js';

describe(MemoryWatch.name, () => {
  let child: ChildProcess;
  let sut: MemoryWatch;

  beforeEach(async () => {
    const program = `process.on('message', (size) => { globalThis.held = Buffer.alloc(size, 1); }); process.send('up');`;
    child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    await once(child, 'message');
    sut = new MemoryWatch(new ProcessMeter({ api: child.pid ?? 0, postgres: process.pid, others: [] }));
  });

  afterEach(() => {
    sut.stop();
    child.kill('SIGKILL');
  });

  it('sees memory that is taken meanwhile', async () => {
    const size = 64 * 1024 * 1024;
    const before = sut.largest;
    child.send(size);
    await waitFor('the memory of the process', () => sut.largest >= before + size / 2);
  });

  it('tells when the process has ended', async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await waitFor('the end of the process', () => fails(() => sut.largest));
    expect(() => sut.largest).toThrow(/does not tell/);
  });
});

function fails(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch {
    return true;
  }
}
