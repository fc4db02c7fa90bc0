import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { type Exit, findSetpriv } from '@bessemer/embedded';
import { BessemerError } from '@bessemer/errors';
import type { Running } from './supervised.js';

/** How one service is started. */
export interface ServiceProcessOptions {
  name: string;
  /** Path of its main.js. */
  program: string;
  cwd: string;
  /** All of its environment; the launcher's own is not inherited. */
  env: Record<string, string>;
  /** Its output is added to this file. */
  logFile: string;
  url?: string;
  healthPort: number;
}

const stopTimeoutMs = 10_000;

const nodeOptions = ['--enable-source-maps', '--max-old-space-size=512'];
/** Few arenas of malloc leave few holes: else long lists take 400 MB. */
const frugal = { MALLOC_ARENA_MAX: '2' };

/**
 * Starts a Node program that dies with the supervisor. It writes its log itself, so that its last words are
 * not lost whatever happens to the supervisor.
 */
export async function startService(options: ServiceProcessOptions): Promise<Running> {
  const log = await open(options.logFile, 'a');
  try {
    const setpriv = findSetpriv();
    const command = [process.execPath, ...nodeOptions, options.program];
    const [program = process.execPath, ...args] = setpriv ? [setpriv, '--pdeathsig=TERM', ...command] : command;
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...frugal, ...options.env },
      stdio: ['ignore', log.fd, log.fd],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    const pid = child.pid;
    if (pid === undefined) throw new BessemerError('unavailable', `${options.name} could not be started.`);
    const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await exited;
      clearTimeout(timer);
    };
    return {
      pid,
      exited,
      stop,
      healthPort: options.healthPort,
      ...(options.url === undefined ? {} : { url: options.url }),
    };
  } finally {
    await log.close();
  }
}
