import type { MachineFolder } from '../machine/machine-folder.js';

/**
 * What a simulated agent does wrong on purpose. Steps and commands are named `deploy.write_image` (interface and
 * step), `write_image` or `standby.power_off` (extension and command).
 */
export interface Faults {
  /** The steps and commands that fail, with the reason they give. */
  readonly failSteps?: Readonly<Record<string, string>>;
  /** The steps and commands that take this many milliseconds longer. */
  readonly delayMs?: Readonly<Record<string, number>>;
  /** The steps and commands that never end. */
  readonly hangSteps?: readonly string[];
  /** `corrupt`: what the agent reads of an image differs from what was sent; `ignore`: it checks no sum. */
  readonly checksum?: 'corrupt' | 'ignore';
  /** Sends no heartbeats. */
  readonly dropHeartbeats?: boolean;
  /** Never looks itself up. */
  readonly noLookup?: boolean;
  /** Posts its inventory twice. */
  readonly duplicateInventory?: boolean;
  /** The error that the inventory reports. */
  readonly inventoryError?: string;
  /** The version that the hardware manager has from now on: steps made for another one are refused. */
  readonly hardwareManagerVersion?: string;
}

/** Reads the machine's faults.json anew at each question, so that a test can change it while the agent runs. */
export class FaultPlan {
  constructor(private readonly folder: MachineFolder) {}

  /** @returns the faults as they stand now, none when there is no file. */
  current(): Faults {
    return (this.folder.readJson(this.folder.faultsPath) ?? {}) as Faults;
  }

  /**
   * Delays, hangs or fails a command or step as the plan says.
   * @param names the names that it goes by.
   * @throws InjectedFault when it is to fail.
   */
  async strike(names: readonly string[]): Promise<void> {
    const faults = this.current();
    const delayMs = names.map((name) => faults.delayMs?.[name]).find((ms) => ms !== undefined) ?? 0;
    if (delayMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
    if (names.some((name) => faults.hangSteps?.includes(name))) {
      await new Promise(() => undefined);
    }
    const reason = names.map((name) => faults.failSteps?.[name]).find((text) => text !== undefined);
    if (reason !== undefined) {
      throw new InjectedFault(reason);
    }
  }
}

/** A failure that the fault plan asked for. */
export class InjectedFault extends Error {}
