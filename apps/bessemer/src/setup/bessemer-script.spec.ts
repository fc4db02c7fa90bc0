import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../instance/instance-options.js';

/** What the script uses of a system besides Node, npm and apt. */
const tools = [
  'sh',
  'dirname',
  'readlink',
  'cmp',
  'cp',
  'sed',
  'mktemp',
  'rm',
  'cat',
  'env',
  'chmod',
  'printf',
  'mkdir',
];

describe('the script ./bessemer', () => {
  let folder: string;
  let bin: string;

  /** A program of the machine that the script believes to be on; `$LOG` is the file that {@link log} reads. */
  async function program(name: string, body: string): Promise<void> {
    await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`);
    await chmod(join(bin, name), 0o755);
  }
  const log = () => readFile(join(folder, 'log'), 'utf8').catch(() => '');
  function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const env = { PATH: bin, LOG: join(folder, 'log'), BIN: bin, BESSEMER_NATS_URL: 'nats://127.0.0.1:1' };
    return spawnSync(join(folder, 'bessemer'), args, { env, cwd: tmpdir(), encoding: 'utf8' });
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bessemer-script-'));
    bin = join(folder, 'bin');
    await mkdir(bin);
    await copyFile(join(repositoryRoot, 'bessemer'), join(folder, 'bessemer'));
    for (const name of tools) {
      const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
      if (stdout.startsWith('/')) await symlink(stdout.trim(), join(bin, name));
    }
    await symlink(process.execPath, join(bin, 'node'));
    await program('id', 'echo 1000');
    await program(
      'npm',
      'echo "npm $*" >>"$LOG"; mkdir -p node_modules/.bin; printf "#!/bin/sh\\necho tsc \\"\\$@\\" >>\\"\\$LOG\\"\\n" >node_modules/.bin/tsc; chmod +x node_modules/.bin/tsc',
    );
    await writeFile(join(folder, 'package.json'), '{}');
    await writeFile(join(folder, 'package-lock.json'), '{"packages":{}}');
    const main = join(folder, 'apps', 'bessemer', 'dist', 'main.js');
    await mkdir(dirname(main), { recursive: true });
    await writeFile(main, 'console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd() }))');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('installs, compiles and runs the command where the user is', async () => {
    const { status, stdout, stderr } = run('status', '--data', 'a b');
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ args: ['status', '--data', 'a b'], cwd: tmpdir() });
    expect(await log()).toMatch(/^npm ci .*\ntsc -b\n$/);
  });

  it('installs again only when the lock file has changed', async () => {
    run('status');
    run('status');
    expect((await log()).match(/npm ci/g)).toHaveLength(1);
    await writeFile(
      join(folder, 'package-lock.json'),
      '{"packages":{"node_modules/pg":{"version":"1.0.0","integrity":"sha512-x"}}}',
    );
    run('status');
    expect((await log()).match(/npm ci/g)).toHaveLength(2);
  });

  it("takes a developer's own npm install for what it is", async () => {
    run('status');
    const packages = '{"packages":{"node_modules/pg":{"version":"1.0.0","integrity":"sha512-x"}}}';
    await writeFile(join(folder, 'package-lock.json'), packages);
    await writeFile(join(folder, 'node_modules', '.package-lock.json'), packages);
    run('status');
    expect((await log()).match(/npm ci/g)).toHaveLength(1);
  });

  it('stops when the sources do not compile', async () => {
    run('status');
    await writeFile(join(folder, 'node_modules', '.bin', 'tsc'), '#!/bin/sh\necho wrong; exit 2\n');
    expect(run('status')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/wrong\n.*not compile/),
    });
  });

  it('says which Node is needed', async () => {
    await rm(join(bin, 'node'));
    expect(run('status')).toMatchObject({ status: 1, stderr: expect.stringMatching(/Node.js is missing.*20\.19/) });
    await program('node', 'case "$1" in -e) exit 1 ;; *) echo v18.0.0 ;; esac');
    expect(run('status')).toMatchObject({ status: 1, stderr: expect.stringMatching(/20\.19.*this is v18\.0\.0/) });
  });

  it('says what to install when it may not, and runs what can do without', async () => {
    expect(run('demo')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/sudo apt-get install .*ipmitool openipmi/),
    });
    const up = run('up');
    expect(up.stderr).toMatch(/sudo apt-get install ipmitool\n/);
    expect(up.status).toBe(0);
  });

  it('installs with apt what is missing, as root', async () => {
    await program('id', 'echo 0');
    await program(
      'apt-get',
      'echo "apt-get $*" >>"$LOG"; printf "#!/bin/sh\\n" >"$BIN/ipmitool"; chmod +x "$BIN/ipmitool"',
    );
    const { status, stderr } = run('up');
    expect(status, stderr).toBe(0);
    expect(stderr).toBe('bessemer: installing npm packages\nbessemer: installing system packages: ipmitool\n');
    expect(await log()).toMatch(/apt-get -y -q install --no-install-recommends ipmitool\n/);
    run('up');
    expect((await log()).match(/apt-get/g)).toHaveLength(1);
  });

  it('looks for new package lists when apt does not know a package', async () => {
    await program('id', 'echo 0');
    await program(
      'apt-get',
      'echo "apt-get $*" >>"$LOG"; case "$*" in *update*) : >"$BIN/updated" ;; *) [ -e "$BIN/updated" ] || { echo "E: Unable to locate"; exit 100; }; printf "#!/bin/sh\\n" >"$BIN/ipmitool"; chmod +x "$BIN/ipmitool" ;; esac',
    );
    expect(run('up').status).toBe(0);
    expect((await log()).match(/apt-get .*/g)).toHaveLength(3);
  });
});
