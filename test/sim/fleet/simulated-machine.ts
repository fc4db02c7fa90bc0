import { createHash } from 'node:crypto';
import { createReadStream, realpathSync } from 'node:fs';
import type { Faults } from '../agent/faults.js';
import { type BmcAccess, ipmitool } from '../bmc/ipmitool.js';
import type { SimulatedBmc } from '../bmc/simulated-bmc.js';
import type { MachineFolder } from '../machine/machine-folder.js';
import { killIfThere, processesIn } from '../machine/process-identity.js';

/** The kernel parameters of a network boot, by their names (`ipa-api-url`, `ipa-heartbeat-interval` …). */
export type KernelParameters = Readonly<Record<string, string | number | null>>;

/** One machine of a {@link SimulatedFleet}. */
export class SimulatedMachine {
  /** @param folder the machine's files: power, disk and logs. */
  constructor(
    readonly name: string,
    readonly folder: MachineFolder,
    private readonly bmc: SimulatedBmc,
  ) {}

  /** Where the machine's BMC listens, and its account. */
  get access(): BmcAccess {
    return this.bmc.account;
  }

  get address(): string {
    return this.bmc.account.address;
  }

  get port(): number {
    return this.bmc.account.port;
  }

  /** The process id of the BMC, undefined while it is being started again. */
  get bmcPid(): number | undefined {
    return this.bmc.pid;
  }

  get diskPath(): string {
    return this.folder.diskPath;
  }

  /** Runs the real ipmitool against the machine's BMC, see {@link ipmitool}. */
  ipmitool(...args: string[]): Promise<string> {
    return ipmitool(this.bmc.account, args);
  }

  /** Changes kernel parameters of the next network boot; null takes one away. */
  setKernelParameters(changed: KernelParameters): void {
    const current = (this.folder.readJson(this.folder.bootParametersPath) ?? {}) as KernelParameters;
    const next = Object.entries({ ...current, ...changed }).filter(([, value]) => value !== null);
    this.folder.writeJson(this.folder.bootParametersPath, Object.fromEntries(next));
  }

  /** Replaces the faults of the machine's agent; a running one obeys from its next command or heartbeat. */
  setFaults(faults: Faults): void {
    this.folder.writeJson(this.folder.faultsPath, faults);
  }

  /**
   * @param size how many bytes from the disk's beginning.
   * @returns the sha256 of them, hexadecimal.
   */
  async diskSha256(size: number): Promise<string> {
    const hash = createHash('sha256');
    if (size > 0) {
      for await (const chunk of createReadStream(this.diskPath, { end: size - 1 })) {
        hash.update(chunk as Buffer);
      }
    }
    return hash.digest('hex');
  }

  /** Ends the machine's BMC and its agent; its files stay. */
  async stop(): Promise<void> {
    await this.bmc.stop();
    // Not the recorded one alone: an agent may have been started the moment before.
    for (const pid of processesIn(realpathSync(this.folder.path), 'SIM_AGENT')) {
      killIfThere(pid);
    }
    this.folder.powerOff();
  }
}
