import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MachineFolder } from '../machine/machine-folder.js';
import { isSameProcess, killIfThere, startTimeOf } from '../machine/process-identity.js';
import { findFreePort } from './free-port.js';
import { type BmcAccount, emulatorCommands, lanConfiguration } from './ipmi-sim-configuration.js';
import { waitForPresence } from './presence-ping.js';
import { requireProgram } from './required-programs.js';

const programFolder = fileURLToPath(new URL('../../../sim/bmc/', import.meta.url));
const programs = ['chassis-control', 'network-boot'];
const agentProgram = fileURLToPath(new URL('../agent/main.js', import.meta.url));
const shortestPauseMs = 100;
const longestPauseMs = 5000;
/** A process that lived so long did not fail at its start. */
const soundLifeMs = 2000;

/** A real ipmi_sim process as one machine's BMC, started again whenever it ends. */
export class SimulatedBmc {
  private process: ChildProcess | undefined;
  private restartTimer: NodeJS.Timeout | undefined;
  private isStopping = false;
  private pauseMs = shortestPauseMs;
  private spawnedAt = 0;

  private constructor(
    private readonly folder: MachineFolder,
    readonly account: BmcAccount,
  ) {}

  /**
   * Starts a machine's BMC and returns when it answers.
   * @param wanted the account; port 0 takes a free one.
   * @throws Error when ipmi_sim is missing, the port is taken, or the BMC does not come up.
   */
  static async start(folder: MachineFolder, wanted: BmcAccount): Promise<SimulatedBmc> {
    requireProgram('ipmi_sim');
    requireProgram('setsid');
    await endLeftover(folder);
    const port = await findFreePort(wanted.address, wanted.port);
    const bmc = new SimulatedBmc(folder, { ...wanted, port });
    bmc.writeConfiguration();
    bmc.spawn();
    try {
      await waitForPresence(wanted.address, port);
    } catch (error) {
      await bmc.stop();
      throw error;
    }
    return bmc;
  }

  /** The process id of ipmi_sim, undefined while it is being started again. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Ends ipmi_sim; the machine keeps its power. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.restartTimer);
    const running = this.process;
    if (running !== undefined && running.exitCode === null && running.signalCode === null) {
      const ended = new Promise((resolve) => running.once('exit', resolve));
      if (running.pid !== undefined) {
        killIfThere(-running.pid);
      }
      await ended;
    }
    rmSync(pidPath(this.folder), { force: true });
  }

  private writeConfiguration(): void {
    const at = (name: string): string => join(this.folder.path, name);
    writeFileSync(at('lan.conf'), lanConfiguration(this.account), { mode: 0o600 });
    writeFileSync(at('ipmi-sim.emu'), emulatorCommands);
    // ipmi_sim splits the chassis command at blanks, so it is called by a name that has none.
    for (const program of programs) {
      rmSync(at(program), { force: true });
      symlinkSync(`${programFolder}${program}.sh`, at(program));
    }
    // What ipmi_sim kept of an earlier run would win over the configuration.
    rmSync(at('ipmi-sim-state'), { recursive: true, force: true });
    mkdirSync(at('ipmi-sim-state'), { mode: 0o700 });
  }

  private spawn(): void {
    const output = openSync(join(this.folder.path, 'ipmi-sim.log'), 'a', 0o600);
    const started = spawn(
      requireProgram('ipmi_sim'),
      ['-n', '-c', 'lan.conf', '-f', 'ipmi-sim.emu', '-s', 'ipmi-sim-state'],
      {
        cwd: this.folder.path,
        // A group of its own, so that a chassis program that it runs ends with it.
        detached: true,
        stdio: ['ignore', output, output],
        // The machines outlive ipmi_sim and whoever started it: they get nothing of its environment but this.
        env: { PATH: process.env.PATH, SIM_NODE: process.execPath, SIM_AGENT: agentProgram },
      },
    );
    closeSync(output);
    this.process = started;
    this.spawnedAt = Date.now();
    if (started.pid !== undefined) {
      writeFileSync(pidPath(this.folder), `${started.pid} ${startTimeOf(started.pid) ?? ''}\n`);
    }
    started.once('error', () => this.restart());
    started.once('exit', () => this.restart());
  }

  private restart(): void {
    if (this.isStopping) {
      return;
    }
    clearTimeout(this.restartTimer);
    if (Date.now() - this.spawnedAt > soundLifeMs) {
      this.pauseMs = shortestPauseMs;
    }
    this.restartTimer = setTimeout(() => this.spawn(), this.pauseMs);
    this.pauseMs = Math.min(longestPauseMs, this.pauseMs * 2);
  }
}

function pidPath(folder: MachineFolder): string {
  return join(folder.path, 'ipmi-sim.pid');
}

/** Ends the ipmi_sim of an earlier fleet in the same folder that was killed before it could do so. */
async function endLeftover(folder: MachineFolder): Promise<void> {
  if (!existsSync(pidPath(folder))) {
    return;
  }
  const [pid, startTime = ''] = readFileSync(pidPath(folder), 'utf8').trim().split(' ');
  if (isSameProcess(Number(pid), startTime)) {
    killIfThere(Number(pid));
    while (isSameProcess(Number(pid), startTime)) {
      // Its port is free only when it has ended, and nothing tells the end of a process that is not ours.
      await pause(5);
    }
  }
}
