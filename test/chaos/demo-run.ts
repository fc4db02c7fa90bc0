import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MachineFolder } from '../sim/index.js';

const command = fileURLToPath(new URL('../../../apps/bessemer/dist/main.js', import.meta.url));

/** Processes of an instance that a test may kill, as `DIR/run/state.json` names them. */
export type Victim = 'api' | 'conductor-1' | 'conductor-2' | 'inspector' | 'dhcp-manager' | 'nats' | 'postgres';

interface StateFile {
  processes: { name: string; pid?: number }[];
}

/** A demo that runs as a process of its own, with what it has printed. */
export class DemoRun {
  private readonly lines: string[] = [];
  private readonly waiters = new Set<() => void>();
  private ended: string | undefined;

  private constructor(
    private readonly child: ChildProcess,
    readonly dataDir: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.look();
      });
    }
    child.once('exit', (code, signal) => {
      this.ended = `ended with ${signal ?? code}`;
      this.look();
    });
  }

  /** Starts a demo that keeps running when all machines are active. */
  static start(dataDir: string, options: { conductors: number; machines: number; timeoutSeconds: number }): DemoRun {
    const { conductors, machines, timeoutSeconds } = options;
    const args = ['--conductors', conductors, '--machines', machines, '--timeout', timeoutSeconds].map(String);
    const child = spawn(process.execPath, [command, 'demo', '--data', dataDir, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new DemoRun(child, dataDir);
  }

  /** Waits until a line holds the text; throws with everything printed when the demo ends before, or in `timeoutMs`. */
  async until(text: string, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.waiters.delete(look);
        act();
      };
      const look = (): void => {
        if (this.lines.some((line) => line.includes(text))) settle(resolve);
        else if (this.ended !== undefined) settle(() => reject(new Error(`${this.ended}\n${this.output}`)));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`not within ${timeoutMs} ms: "${text}"\n${this.output}`))),
        timeoutMs,
      );
      this.waiters.add(look);
      look();
    });
  }

  /** Everything that was printed. */
  get output(): string {
    return this.lines.join('\n');
  }

  /** Process id of a part of the instance at this moment; undefined while it is being started again. */
  pidOf(victim: Victim): number | undefined {
    const state = JSON.parse(readFileSync(join(this.dataDir, 'run', 'state.json'), 'utf8')) as StateFile;
    return state.processes.find(({ name }) => name === victim)?.pid;
  }

  /** The folders of its machines. */
  machines(): MachineFolder[] {
    const parent = join(this.dataDir, 'machines');
    return readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => new MachineFolder(join(parent, entry.name)));
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<void> {
    if (this.ended !== undefined) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGINT');
    await gone;
  }

  private look(): void {
    for (const waiter of [...this.waiters]) waiter();
  }
}
