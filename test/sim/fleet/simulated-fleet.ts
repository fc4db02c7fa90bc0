import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AgentOptions, MachineFile } from '../agent/agent-options.js';
import { ensureCertificate } from '../agent/certificate.js';
import type { Faults } from '../agent/faults.js';
import { SimulatedBmc } from '../bmc/simulated-bmc.js';
import { describeMachine, type MachineSize } from '../machine/machine-description.js';
import { MachineFolder } from '../machine/machine-folder.js';
import { SimulatedMachine } from './simulated-machine.js';

/** One machine of a fleet. */
export interface MachineSpec extends MachineSize {
  /** The BMC's user and password; `admin` and `password` when left out. */
  readonly user?: string;
  readonly password?: string;
  /** Where the BMC listens; 127.0.0.1 and a free port when left out. */
  readonly address?: string;
  readonly port?: number;
  /** How this machine's agent differs from the fleet's. */
  readonly agent?: Partial<AgentOptions>;
  readonly faults?: Faults;
  /** Keep the boot device after a boot; a real BMC forgets one that was set for one boot, and ipmi_sim knows no other. */
  readonly keepsBootDevice?: boolean;
  /** Where the machine's firmware asks for an address before a network boot; it asks nobody when left out. */
  readonly bootNetwork?: { readonly namespace: string; readonly interface: string };
}

/** A fleet to start. */
export interface FleetOptions {
  readonly machines: readonly MachineSpec[];
  /** The folder that holds a folder for each machine; it is made, and machines found in it go on as they were. */
  readonly dir: string;
  /** `ipa-api-url` of the machines. */
  readonly apiUrl: string;
  /** `ipa-inspection-callback-url`; the API's own when left out, none when null. */
  readonly inspectionCallbackUrl?: string | null;
  readonly agent?: Partial<AgentOptions>;
}

/** A simulated machine boots in an instant, so it is not kept waiting as long as a real one either. */
const fleetTimeScale = 0.1;
const startedAtOnce = 8;

/** Machines with a real ipmi_sim each as BMC, and a simulated ramdisk agent whenever one boots from the network. */
export class SimulatedFleet {
  private constructor(readonly machines: readonly SimulatedMachine[]) {}

  /**
   * Starts the BMCs of all machines; the machines are off unless their folder says otherwise.
   * @returns the fleet when every BMC answers.
   * @throws Error when a program is missing, two machines have one name, or a BMC does not start; nothing is left running.
   */
  static async start(options: FleetOptions): Promise<SimulatedFleet> {
    const names = new Set(options.machines.map((machine) => machine.name));
    if (names.size !== options.machines.length || [...names].some((name) => !/^[\w.-]+$/.test(name))) {
      throw new Error('the names of machines must differ, and be of letters, digits, point, dash and underscore');
    }
    const started: SimulatedMachine[] = [];
    const waiting = [...options.machines];
    const worker = async (): Promise<void> => {
      for (let spec = waiting.shift(); spec !== undefined; spec = waiting.shift()) {
        started.push(await startMachine(spec, options));
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: startedAtOnce }, worker));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    const order = new Map(options.machines.map((machine, index) => [machine.name, index]));
    const fleet = new SimulatedFleet(started.sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0)));
    if (failure !== undefined) {
      await fleet.stop();
      throw failure.reason;
    }
    return fleet;
  }

  /**
   * @returns the machine of this name.
   * @throws Error when there is none.
   */
  machine(name: string): SimulatedMachine {
    const found = this.machines.find((machine) => machine.name === name);
    if (found === undefined) {
      throw new Error(`the fleet has no machine ${name}`);
    }
    return found;
  }

  /** Ends all that the fleet started: BMCs, agents and machines. */
  async stop(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.stop()));
  }
}

async function startMachine(spec: MachineSpec, options: FleetOptions): Promise<SimulatedMachine> {
  const folder = new MachineFolder(resolve(options.dir, spec.name));
  mkdirSync(folder.path, { recursive: true, mode: 0o700 });
  const address = spec.address ?? '127.0.0.1';
  const machineFile: MachineFile = {
    machine: describeMachine({ ...spec, bmcAddress: spec.bmcAddress ?? address }),
    agent: { timeScale: fleetTimeScale, ...options.agent, ...spec.agent },
  };
  folder.writeJson(folder.machinePath, machineFile);
  folder.writeJson(folder.bootParametersPath, {
    'ipa-api-url': options.apiUrl,
    ...(options.inspectionCallbackUrl === null
      ? {}
      : {
          'ipa-inspection-callback-url':
            options.inspectionCallbackUrl ?? `${options.apiUrl.replace(/\/+$/, '')}/v1/continue_inspection`,
        }),
  });
  folder.writeJson(folder.faultsPath, spec.faults ?? {});
  writeFileSync(join(folder.path, 'boot-persistent'), spec.keepsBootDevice ? '1\n' : '');
  if (spec.bootNetwork !== undefined) {
    writeFileSync(join(folder.path, 'boot-network'), `${spec.bootNetwork.namespace} ${spec.bootNetwork.interface}\n`);
  }
  if (!machineFile.agent?.plainHttp) {
    await ensureCertificate(folder.path);
  }
  const account = {
    name: spec.name,
    address,
    port: spec.port ?? 0,
    user: spec.user ?? 'admin',
    password: spec.password ?? 'password',
  };
  return new SimulatedMachine(spec.name, folder, await SimulatedBmc.start(folder, account));
}
