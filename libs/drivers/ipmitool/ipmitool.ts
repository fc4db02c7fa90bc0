import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { pause } from '../core/pause.js';
import { type IpmiCredentials, readCredentials } from './credentials.js';
import { classify, type IpmiFailure, ipmiError } from './failure.js';

/** A run ends within this time, below the lease of the task. */
const runLimitMs = 5500;
const attempts = 3;
const busyPauseMs = 300;
const outputLimit = 64 * 1024;

/** Where the password is read from: descriptor 3 of the child, a file that has no name any more. */
const passwordPath = '/dev/fd/3';

/** Gives the Kg key to ipmitool by its environment; bytes can pass neither an environment of ours nor, kept secret, a command line. */
const kgKeyScript = [
  'IPMI_KGKEY="$(printf "$BESSEMER_KGKEY_OCTAL"; printf x)"',
  // The mark at the end keeps a last byte that is a line feed; a shell would drop it.
  ['IPMI_KGKEY="$', '{IPMI_KGKEY%x}"'].join(''),
  'export IPMI_KGKEY',
  'unset BESSEMER_KGKEY_OCTAL',
  'exec "$0" "$@"',
].join('; ');

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs Debian's `ipmitool` against BMCs: one command at a time for each, the password by an unlinked file, never on
 * the command line or in the environment.
 */
export class Ipmitool {
  /** Cipher suites that worked, by BMC. */
  private readonly suites = new Map<string, number>();
  /** The last command of each BMC, which the next one waits for. */
  private readonly queues = new Map<string, Promise<unknown>>();

  /**
   * @param path the program
   * @param workDir folder for password files, made with mode 0700; each is unlinked before the program starts
   */
  constructor(
    private readonly path: string,
    private readonly workDir: string,
  ) {}

  /**
   * Runs one command and returns what it wrote. A busy or silent BMC is asked again, `guard` before each run.
   * @param command for example `['power', 'status']`
   * @throws `hardware-failure` with what to do; `invalid` for bad `driver_info`
   */
  async run(context: CallContext, command: readonly string[]): Promise<string> {
    const credentials = readCredentials(context);
    return await this.inTurn(`${credentials.address}:${credentials.port}`, () =>
      this.attempt(context, credentials, command),
    );
  }

  private async inTurn<T>(bmc: string, work: () => Promise<T>): Promise<T> {
    const previous = this.queues.get(bmc) ?? Promise.resolve();
    const turn = previous.then(work, work);
    this.queues.set(bmc, turn);
    try {
      return await turn;
    } finally {
      if (this.queues.get(bmc) === turn) this.queues.delete(bmc);
    }
  }

  private async attempt(
    context: CallContext,
    credentials: IpmiCredentials,
    command: readonly string[],
  ): Promise<string> {
    const bmc = `${credentials.address}:${credentials.port}`;
    const suites = this.suitesFor(credentials);
    let failure: IpmiFailure = 'other';
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const suite = suites[0];
      await context.guard();
      const run = await this.spawn(context.signal, credentials, suite, command);
      if (run.code === 0) {
        if (suite !== undefined) this.suites.set(bmc, suite);
        return run.stdout;
      }
      failure = run.code === null ? 'unreachable' : classify(run.stderr + run.stdout);
      if ((failure === 'cipher' || failure === 'session') && suites.length > 1) {
        suites.shift();
        attempt -= 1;
      } else if (failure === 'busy' || failure === 'unreachable') {
        if (failure === 'busy') await pause(busyPauseMs * attempt, context.signal);
      } else break;
    }
    if (failure === 'cipher') this.suites.delete(bmc);
    throw ipmiError(credentials, command, failure);
  }

  private suitesFor(credentials: IpmiCredentials): (number | undefined)[] {
    if (credentials.protocol === 'lan') return [undefined];
    if (credentials.cipherSuite !== undefined) return [credentials.cipherSuite];
    return this.suites.get(`${credentials.address}:${credentials.port}`) === 3 ? [3, 17] : [17, 3];
  }

  private async spawn(
    signal: AbortSignal,
    credentials: IpmiCredentials,
    suite: number | undefined,
    command: readonly string[],
  ): Promise<Run> {
    signal.throwIfAborted();
    const password = await this.passwordFile(credentials.password);
    try {
      return await this.execute(signal, credentials, [...connection(credentials, suite), ...command], password);
    } finally {
      await password.close();
    }
  }

  private async passwordFile(password: string): Promise<FileHandle> {
    await mkdir(this.workDir, { recursive: true, mode: 0o700 });
    const path = join(this.workDir, `ipmi-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    try {
      await unlink(path);
      await file.write(`${password}\n`);
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  private execute(
    signal: AbortSignal,
    credentials: IpmiCredentials,
    options: readonly string[],
    password: FileHandle,
  ): Promise<Run> {
    const environment: NodeJS.ProcessEnv = { PATH: process.env['PATH'], LC_ALL: 'C' };
    let [program, args]: [string, readonly string[]] = [this.path, options];
    if (credentials.kgKey) {
      environment['BESSEMER_KGKEY_OCTAL'] = [...credentials.kgKey]
        .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
        .join('');
      [program, args] = ['/bin/sh', ['-c', kgKeyScript, this.path, ...options]];
    }
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe', password.fd] });
      const output = { stdout: '', stderr: '' };
      const limit = setTimeout(() => child.kill('SIGKILL'), runLimitMs);
      const stop = () => child.kill('SIGKILL');
      signal.addEventListener('abort', stop, { once: true });
      const settle = () => {
        clearTimeout(limit);
        signal.removeEventListener('abort', stop);
      };
      for (const name of ['stdout', 'stderr'] as const)
        child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
          if (output[name].length < outputLimit) output[name] += chunk;
        });
      child.once('error', (error) => {
        settle();
        reject(
          new BessemerError('hardware-failure', `The program ${this.path} could not be started.`, {
            remedy: 'Install ipmitool on the conductor, or set BESSEMER_IPMITOOL to where it is.',
            cause: error,
          }),
        );
      });
      child.once('close', (code) => {
        settle();
        if (signal.aborted) reject(signal.reason);
        else resolve({ code, ...output });
      });
    });
  }
}

function connection(credentials: IpmiCredentials, suite: number | undefined): string[] {
  const { bridging } = credentials;
  return [
    ...['-v', '-I', credentials.protocol, '-H', credentials.address, '-p', String(credentials.port)],
    ...['-L', credentials.privilegeLevel, '-N', '1', '-R', '1', '-f', passwordPath],
    ...(credentials.username === undefined ? [] : ['-U', credentials.username]),
    ...(suite === undefined ? [] : ['-C', String(suite)]),
    ...(credentials.kgKey ? ['-K'] : []),
    ...(bridging?.localAddress === undefined ? [] : ['-m', bridging.localAddress]),
    ...(bridging?.transitChannel === undefined ? [] : ['-B', bridging.transitChannel]),
    ...(bridging?.transitAddress === undefined ? [] : ['-T', bridging.transitAddress]),
    ...(bridging ? ['-b', bridging.targetChannel, '-t', bridging.targetAddress] : []),
  ];
}
