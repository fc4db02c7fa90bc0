import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, constants, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { BessemerError } from '@bessemer/errors';

const run = promisify(execFile);

/** The oldest version whose JetStream has what the bus uses. */
const oldestVersion = [2, 9, 10] as const;

/** The official release that is fetched when neither PATH nor apt has the program; SHA-256 of its archives. */
const release = {
  version: '2.10.29',
  archives: {
    'linux-x64': {
      name: 'linux-amd64',
      sha256: 'e314da74a83a1d3876db8814c27eb990fe729640fd6452025b441bcede8390da',
    },
    'linux-arm64': {
      name: 'linux-arm64',
      sha256: 'da4b27942ecfb4c5f0c54553d2e7f470ddda9d7581cfe8131b351a0e223ed401',
    },
  } as Record<string, { name: string; sha256: string } | undefined>,
};

/** What {@link findNatsProgram} may use; the defaults are the process's own. */
export interface NatsSources {
  /** Folders, as in PATH. */
  path?: string;
  /** Folders that an ordinary user's PATH may lack. */
  systemFolders?: string[];
  /** Whether to ask apt; default: when root on a Debian system. */
  apt?: boolean;
  /** Where a downloaded release is kept. */
  cacheDir?: string;
  /** Fetches an archive; replaced in tests. */
  download?(url: string): Promise<Buffer>;
}

/**
 * The `nats-server` program: from PATH, else installed with apt, else the pinned official release, verified by its checksum.
 *
 * @returns its absolute path
 * @throws `unavailable` that says what was tried and what to install
 */
export async function findNatsProgram(sources: NatsSources = {}): Promise<string> {
  const path = sources.path ?? process.env['PATH'] ?? '';
  const systemFolders = sources.systemFolders ?? ['/usr/local/bin', '/usr/sbin'];
  const folders = [...new Set([...path.split(delimiter).filter(Boolean), ...systemFolders])];
  const tried: string[] = [];
  const inPath = await findInPath(folders, tried);
  if (inPath) return inPath;
  const byApt = await installWithApt(sources, folders, tried);
  if (byApt) return byApt;
  const downloaded = await downloadRelease(sources, tried);
  if (downloaded) return downloaded;
  throw new BessemerError('unavailable', `No nats-server: ${tried.join('; ')}.`, {
    remedy: `Install nats-server ${oldestVersion.join('.')} or newer (Debian: apt-get install nats-server), or point BESSEMER_NATS_URL at a NATS server.`,
  });
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function findInPath(folders: string[], tried: string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, 'nats-server');
    if (!(await isExecutable(file))) continue;
    const { stdout } = await run(file, ['-v']);
    if (isRecent(stdout)) return file;
    tried.push(`${file} is ${stdout.trim()}, older than ${oldestVersion.join('.')}`);
  }
  if (tried.length === 0) tried.push('none in PATH');
  return undefined;
}

function isRecent(text: string): boolean {
  const found = /v(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [0];
  for (const [index, least] of oldestVersion.entries()) {
    const part = found[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

async function installWithApt(sources: NatsSources, folders: string[], tried: string[]): Promise<string | undefined> {
  const may = sources.apt ?? (process.getuid?.() === 0 && (await isExecutable('/usr/bin/apt-get')));
  if (!may) {
    tried.push('apt not used (not root, or not a Debian system)');
    return undefined;
  }
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['install', '-y', '--no-install-recommends', 'nats-server'];
    await run('apt-get', install, { env }).catch(async () => {
      await run('apt-get', ['update'], { env });
      await run('apt-get', install, { env });
    });
    return await findInPath(folders, tried);
  } catch (error) {
    tried.push(`apt-get install nats-server failed (${lastLine(error)})`);
    return undefined;
  }
}

async function downloadRelease(sources: NatsSources, tried: string[]): Promise<string | undefined> {
  const archive = release.archives[`${process.platform}-${process.arch}`];
  if (!archive) {
    tried.push(`no pinned release for ${process.platform}-${process.arch}`);
    return undefined;
  }
  const cache = sources.cacheDir ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'bessemer');
  const name = `nats-server-v${release.version}-${archive.name}`;
  const program = join(cache, name, 'nats-server');
  if (await isExecutable(program)) return program;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${release.version}/${name}.tar.gz`;
  try {
    const bytes = await (sources.download ?? fetchBytes)(url);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== archive.sha256) throw new Error(`its SHA-256 is ${sha256}, not ${archive.sha256}`);
    await mkdir(cache, { recursive: true });
    const scratch = await mkdtemp(join(cache, 'unpack-'));
    try {
      await writeFile(join(scratch, 'archive.tar.gz'), bytes);
      await run('tar', ['-xzf', 'archive.tar.gz'], { cwd: scratch });
      await chmod(join(scratch, name, 'nats-server'), 0o755);
      await rm(join(cache, name), { recursive: true, force: true });
      await rename(join(scratch, name), join(cache, name));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return program;
  } catch (error) {
    tried.push(`download of ${name} refused or failed (${lastLine(error)})`);
    return undefined;
  }
}

async function fetchBytes(url: string): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(120_000) });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n').at(-1) ?? text;
}
