import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { BessemerError } from '@bessemer/errors';

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What a server is started with. */
export interface ServerProcessOptions {
  program: string;
  args: string[];
  cwd: string;
  /** Whole environment of the process; the launcher's own is not inherited. */
  env: Record<string, string | undefined>;
  /** User to run as, when the launcher is root and the server must not be. */
  uid?: number;
  gid?: number;
  /** Linux capabilities that the process keeps although it is not root, such as `dac_read_search`. */
  capabilities?: string[];
  /** Signal that the process gets when its launcher dies, where the system can do that. */
  deathSignal?: 'TERM' | 'INT';
  /** Every line that the process writes. */
  onLine?(line: string): void;
}

const setprivPaths = ['/usr/bin/setpriv', '/bin/setpriv'];

/** The `setpriv` program of Linux systems, if there is one: it drops users and binds a process to its parent's life. */
export function findSetpriv(): string | undefined {
  return process.platform === 'linux' ? setprivPaths.find((path) => existsSync(path)) : undefined;
}

/** One server as a child process: its output by line, its end as a promise. */
export class ServerProcess {
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<Exit>;
  private readonly tail: string[] = [];
  private readonly listeners = new Set<(line: string) => void>();
  private ended = false;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
    onLine?: (line: string) => void,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.tail.push(error.message);
        this.ended = true;
        resolve({ code: null, signal: null });
      });
      child.once('close', (code, signal) => {
        this.ended = true;
        resolve({ code, signal });
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.tail.push(line);
        if (this.tail.length > 40) this.tail.shift();
        onLine?.(line);
        for (const listener of this.listeners) listener(line);
      });
    }
  }

  /** Starts the process; a program that cannot be run shows as {@link exited}. */
  static spawn(name: string, options: ServerProcessOptions): ServerProcess {
    const setpriv = findSetpriv();
    const drop = options.uid !== undefined;
    const wrap: string[] = [];
    if (setpriv) {
      wrap.push(`--pdeathsig=${options.deathSignal ?? 'TERM'}`);
      if (drop) wrap.push(`--reuid=${options.uid}`, `--regid=${options.gid ?? options.uid}`, '--clear-groups');
      const capabilities = (options.capabilities ?? []).map((capability) => `+${capability}`).join(',');
      if (capabilities) wrap.push(`--inh-caps=${capabilities}`, `--ambient-caps=${capabilities}`);
    }
    const child = spawn(
      setpriv ?? options.program,
      setpriv ? [...wrap, options.program, ...options.args] : options.args,
      {
        cwd: options.cwd,
        env: options.env,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(drop && !setpriv ? { uid: options.uid, gid: options.gid ?? options.uid } : {}),
      },
    );
    return new ServerProcess(child, name, options.onLine);
  }

  /** 0 when the process could not be started. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return !this.ended;
  }

  /** The last lines that the process wrote. */
  get output(): string {
    return this.tail.join('\n');
  }

  /** Resolves at the first line that matches; throws `unavailable` with the output when the process ends or the time is over first. */
  async waitForLine(pattern: RegExp, timeoutMs: number): Promise<void> {
    if (this.tail.some((line) => pattern.test(line))) return;
    let listener: ((line: string) => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    const outcome = await Promise.race([
      new Promise<'seen'>((resolve) => {
        listener = (line) => pattern.test(line) && resolve('seen');
        this.listeners.add(listener);
      }),
      this.exited.then(() => 'ended' as const),
      new Promise<'late'>((resolve) => {
        timer = setTimeout(() => resolve('late'), timeoutMs);
      }),
    ]);
    clearTimeout(timer);
    if (listener) this.listeners.delete(listener);
    if (outcome === 'seen') return;
    const how = outcome === 'ended' ? 'ended at once' : `was not ready within ${timeoutMs / 1000} s`;
    throw new BessemerError('unavailable', `${this.name} ${how}:\n${this.output}`);
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.ended) this.child.kill(signal);
  }

  /** Asks the process to end and waits for it; one that has not ended in time is killed. */
  async stop(signal: NodeJS.Signals, timeoutMs = 10_000): Promise<Exit> {
    this.signal(signal);
    const timer = setTimeout(() => this.signal('SIGKILL'), timeoutMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }
}
