import { readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameProcess, startTimeOf } from './process-identity.js';

/** What runs on a machine: nothing, the ramdisk agent, the operating system on its disk, or an agent that ended so. */
export type Running = 'off' | 'agent' | 'disk' | 'rescue' | 'locked-down' | 'halted';

/** A command that a BMC got, as the chassis program wrote it down. */
export interface BmcLogEntry {
  readonly time: string;
  readonly operation: 'get' | 'set';
  /** The item and its value, e.g. `power 1`, `boot pxe`, `reset 1`. */
  readonly request: string;
}

/** A command that an agent began or ended; a step's name stands in `step` (e.g. `deploy.write_image`). */
export interface AgentLogEntry {
  readonly time: string;
  readonly id: string;
  readonly command: string;
  readonly step: string | null;
  readonly status: 'start' | 'end';
  readonly outcome?: string;
  readonly pid: number;
}

/**
 * The folder that is a simulated machine: its power, boot device and disk are files in it, written by the BMC's
 * chassis program (test/sim/bmc/chassis-control.sh) and by the agent, read by tests.
 */
export class MachineFolder {
  /** @param path the folder; it exists. */
  constructor(readonly path: string) {}

  get diskPath(): string {
    return join(this.path, 'disk.img');
  }

  get agentLogPath(): string {
    return join(this.path, 'agent.log');
  }

  get bmcLogPath(): string {
    return join(this.path, 'bmc.log');
  }

  /** What the agent prints, as a serial console would show it. */
  get consolePath(): string {
    return join(this.path, 'console.log');
  }

  get faultsPath(): string {
    return join(this.path, 'faults.json');
  }

  /** The kernel parameters that the next network boot gives to the ramdisk. */
  get bootParametersPath(): string {
    return join(this.path, 'boot.json');
  }

  get machinePath(): string {
    return join(this.path, 'machine.json');
  }

  /** @returns true when the machine has power. */
  isOn(): boolean {
    return this.read('power') === '1';
  }

  /** @returns the device of the next boot as ipmi_sim names it (`pxe`, `default` for the disk, `none` …). */
  bootDevice(): string {
    return this.read('boot') || 'none';
  }

  /** @returns what runs now, from the state file's line `running: …`. */
  running(): Running {
    return (this.read('state').replace('running: ', '') || 'off') as Running;
  }

  /** @returns the process id of the machine's agent, null when none lives. */
  agentPid(): number | null {
    const [pid, startTime = ''] = this.read('pid').split(' ');
    return isSameProcess(Number(pid), startTime) ? Number(pid) : null;
  }

  /** Writes down what runs on the machine, which keeps its power. */
  setRunning(running: Running): void {
    this.write('state', `running: ${running}`);
  }

  /** Sets the device of the next boot, as the BMC would. */
  setBootDevice(device: string): void {
    this.write('boot', device);
  }

  /** Takes the machine's power away from inside: what the guest's own `poweroff` does. */
  powerOff(): void {
    rmSync(join(this.path, 'pid'), { force: true });
    this.write('state', 'running: off');
    this.write('power', '0');
  }

  /** Records the process that runs as the machine's agent, with its start time so that a reused id is not taken for it. */
  setAgentPid(pid: number): void {
    this.write('pid', `${pid} ${startTimeOf(pid) ?? ''}`);
  }

  /** Forgets the recorded agent. */
  clearAgentPid(): void {
    rmSync(join(this.path, 'pid'), { force: true });
  }

  /** @returns true when the next boot's device is kept after it was used. */
  keepsBootDevice(): boolean {
    return this.read('boot-persistent') !== '';
  }

  /** Writes a JSON file of the folder, atomically. */
  writeJson(path: string, value: unknown): void {
    const fresh = `${path}.${process.pid}.new`;
    writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    renameSync(fresh, path);
  }

  /** @returns the value of a JSON file of the folder, undefined when there is none. */
  readJson(path: string): unknown {
    const text = readIfThere(path);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** @returns every command that the agents of this machine began or ended, in order. */
  agentLog(): AgentLogEntry[] {
    return lines(this.agentLogPath).map((line) => JSON.parse(line) as AgentLogEntry);
  }

  /** @returns how often the agents of this machine began a command or a step (`deploy.write_image`). */
  countStarted(commandOrStep: string): number {
    return this.agentLog().filter(
      (entry) => entry.status === 'start' && (entry.step === commandOrStep || entry.command === commandOrStep),
    ).length;
  }

  /** @returns every command that the BMC's chassis was given, in order. */
  bmcLog(): BmcLogEntry[] {
    return lines(this.bmcLogPath).map((line) => {
      const [time = '', operation = '', ...request] = line.split(' ');
      return { time, operation: operation === 'set' ? 'set' : 'get', request: request.join(' ') };
    });
  }

  /**
   * Waits until something holds of this folder; looks again whenever a file of it changes.
   * @param condition asked at once and after each change.
   * @param what names the condition in the error.
   * @throws Error when it does not hold in time.
   */
  waitUntil(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const watcher = watch(this.path);
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        watcher.close();
        act();
      };
      const look = (): void => {
        try {
          if (condition()) {
            settle(resolve);
          }
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${this.path}: not within ${timeoutMs} ms: ${what}\n${this.console()}`))),
        timeoutMs,
      );
      watcher.on('change', look);
      watcher.on('error', (error) => settle(() => reject(error)));
      look();
    });
  }

  /** @returns the text of the machine's console. */
  console(): string {
    return readIfThere(this.consolePath);
  }

  private read(name: string): string {
    return readIfThere(join(this.path, name)).trim();
  }

  private write(name: string, value: string): void {
    const path = join(this.path, name);
    writeFileSync(`${path}.guest`, `${value}\n`);
    renameSync(`${path}.guest`, path);
  }
}

function lines(path: string): string[] {
  const text = readIfThere(path);
  // A line that is being appended has no end yet.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return '';
    }
    throw error;
  }
}
