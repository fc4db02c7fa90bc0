import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MachineDescription } from './machines.js';

const program = fileURLToPath(new URL('../../../../test/dist/sim/fleet/main.js', import.meta.url));

/** Where one simulated machine is. */
export interface FleetMachine {
  name: string;
  /** Of its BMC. */
  address: string;
  port: number;
  /** The folder with its logs. */
  dir: string;
  /** The file that is its disk. */
  disk: string;
}

/** Seconds between two heartbeats of an agent: short, so that a lost one costs the demo little. */
const heartbeatInterval = '2';

/** Simulated machines behind real `ipmi_sim` BMCs, as a process of its own. */
export class Fleet {
  private constructor(
    private readonly child: ChildProcess,
    readonly machines: FleetMachine[],
  ) {}

  /**
   * Starts the BMCs of all machines; the machines are off.
   *
   * @param dir a folder for their disks, states and logs
   * @param apiUrl what a ramdisk is told to call
   */
  static async start(descriptions: readonly MachineDescription[], dir: string, apiUrl: string): Promise<Fleet> {
    const file = `${dir}/machines.json`;
    await writeFile(file, JSON.stringify({ machines: descriptions }), { mode: 0o600 });
    const callback = `${apiUrl}/v1/continue_inspection`;
    const options = ['--inspection-callback-url', callback, '--heartbeat-interval', heartbeatInterval];
    const child = spawn(process.execPath, [program, '--machines', file, '--dir', dir, '--api', apiUrl, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ready = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`The machines did not start; exit code ${code}.`)));
      createInterface({ input: child.stdout }).once('line', resolve);
    });
    child.removeAllListeners('exit');
    child.stdout.resume();
    return new Fleet(child, JSON.parse(ready).machines);
  }

  /** Stops every machine and BMC. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await gone;
  }
}
