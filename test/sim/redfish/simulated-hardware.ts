import type { Answer } from './answer.js';
import type { RedfishFaults } from './faults.js';
import { collectionResource, memberAnswer } from './resources.js';
import { SimulatedRaid } from './simulated-raid.js';

/** A resource as the standard writes it. */
export type Part = Readonly<Record<string, unknown>>;

/** What a machine is made of, in the standard's words. */
export interface HardwareParts {
  readonly system: Part;
  readonly processors: readonly Part[];
  readonly nics: readonly Part[];
  /** Controllers of the older form, with their devices. */
  readonly simpleStorage: readonly Part[];
  readonly drives: readonly Part[];
  readonly volumes: readonly Part[];
  /** When its controller does something to volumes. */
  readonly raidApplies: 'Immediate' | 'OnReset';
}

const gibibyte = 1024 ** 3;
const enabled = { Status: { State: 'Enabled', Health: 'OK' } };
const processor = {
  ...{ ProcessorType: 'CPU', ProcessorArchitecture: 'x86', InstructionSet: 'x86-64', Model: 'Simulated CPU' },
  ...{ MaxSpeedMHz: 2400, TotalCores: 8, TotalThreads: 16, ...enabled },
};

/** A server with two processors, two network interfaces of which one is in use, and two drives. */
export const ordinaryParts: HardwareParts = {
  system: {
    ...{ Manufacturer: 'Bessemer', Model: 'Simulated 1', SerialNumber: 'S-0001' },
    ...{ HostName: 'simulated', MemorySummary: { TotalSystemMemoryGiB: 64 } },
  },
  processors: [processor, processor, { Status: { State: 'Absent' } }],
  nics: [
    { Name: 'Port 1', MACAddress: '52-54-00-AA-BB-01', SpeedMbps: 25000, LinkStatus: 'LinkUp', ...enabled },
    { Name: 'Port 2', MACAddress: '52:54:00:aa:bb:02', SpeedMbps: 0, Status: { State: 'Disabled' } },
    { Name: 'Fabric', MACAddress: '00:00:00:00:00:00:00:01', ...enabled },
  ],
  simpleStorage: [],
  drives: [
    {
      ...{ Name: 'Drive 0', CapacityBytes: 480 * gibibyte, Model: 'Flash', SerialNumber: 'D-0', MediaType: 'SSD' },
      ...{ Manufacturer: 'Acme', ...enabled },
    },
    {
      Name: 'Drive 1',
      CapacityBytes: 2000 * gibibyte,
      Model: 'Spin',
      SerialNumber: 'D-1',
      MediaType: 'HDD',
      ...enabled,
    },
    { Name: 'SD card', CapacityBytes: 2 * gibibyte, ...enabled },
  ],
  volumes: [],
  raidApplies: 'Immediate',
};

/** The parts of a machine as its BMC shows them. */
export class SimulatedHardware {
  readonly parts: HardwareParts;
  readonly raid: SimulatedRaid;

  constructor(
    private readonly path: string,
    parts: Partial<HardwareParts>,
    faults: RedfishFaults,
  ) {
    this.parts = { ...ordinaryParts, ...parts };
    this.raid = new SimulatedRaid(`${path}/Storage/RAID`, this.parts, faults);
  }

  /** What the machine itself says of them. */
  get shown(): object {
    const link = (name: string) => ({ [name]: { '@odata.id': `${this.path}/${name}` } });
    return {
      ...this.parts.system,
      ...link('Processors'),
      ...link('EthernetInterfaces'),
      ...link('Storage'),
      ...(this.parts.simpleStorage.length > 0 ? link('SimpleStorage') : {}),
    };
  }

  /** Undefined for what is no part. */
  answer(asked: string, body: Part): Answer | undefined {
    const { processors, nics, simpleStorage } = this.parts;
    const storage = `${this.path}/Storage`;
    if (asked === `GET ${storage}`) return { body: collectionResource(storage, [this.raid.path]) };
    return (
      memberAnswer(asked, `${this.path}/Processors`, processors) ??
      memberAnswer(asked, `${this.path}/EthernetInterfaces`, nics) ??
      memberAnswer(asked, `${this.path}/SimpleStorage`, simpleStorage) ??
      this.raid.answer(asked, body)
    );
  }
}
