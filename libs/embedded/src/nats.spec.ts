import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedNats, findNatsProgram } from './index.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bessemer-nats-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe(EmbeddedNats.name, () => {
  it('starts with JetStream, and again on the same port after a kill -9', async () => {
    const first = await EmbeddedNats.start({ dataDir: join(folder, 'store') });
    expect(first.url).toBe(`nats://127.0.0.1:${first.port}`);
    await first.kill();
    expect(await first.exited).toMatchObject({ signal: 'SIGKILL' });
    const second = await EmbeddedNats.start({ dataDir: join(folder, 'store'), port: first.port });
    expect(second.port).toBe(first.port);
    await second.stop();
  });

  it('keeps passwords out of the process list', async () => {
    const config = 'authorization { users: [ { user: a, password: opensesame } ] }\n';
    const sut = await EmbeddedNats.start({ dataDir: join(folder, 'users'), config });
    try {
      expect(await readFile(`/proc/${sut.pid}/cmdline`, 'utf8')).not.toContain('opensesame');
      expect((await stat(join(folder, 'users', 'nats-server.conf'))).mode & 0o777).toBe(0o600);
    } finally {
      await sut.stop();
    }
  });

  it('says what is wrong with its configuration', async () => {
    const start = EmbeddedNats.start({ dataDir: join(folder, 'wrong'), config: 'authorization { users: 7 }\n' });
    await expect(start).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('users') });
  });
});

describe(findNatsProgram.name, () => {
  async function stub(name: string, version: string): Promise<string> {
    const bin = join(folder, name);
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'nats-server'), `#!/bin/sh\necho "nats-server: v${version}"\n`);
    await chmod(join(bin, 'nats-server'), 0o755);
    return bin;
  }

  it('takes the first one of PATH that is recent enough', async () => {
    const old = await stub('old', '2.9.9');
    const recent = await stub('recent', '2.10.0');
    expect(await findNatsProgram({ path: `${old}:${recent}`, apt: false })).toBe(join(recent, 'nats-server'));
  });

  it('refuses a download whose checksum is another, and says what to install', async () => {
    const search = findNatsProgram({
      path: join(folder, 'empty'),
      systemFolders: [],
      apt: false,
      cacheDir: join(folder, 'cache'),
      download: async () => Buffer.from('not the release'),
    });
    await expect(search).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/none in PATH.*apt not used.*SHA-256/),
      remedy: expect.stringContaining('apt-get install nats-server'),
    });
  });
});
