import { isMacAddress, type Json, type JsonObject } from '@bessemer/contracts';
import type { RedfishBmc } from './redfish.js';
import { linkIn, linksIn, objectIn, type Resource } from './resource.js';

/** What is read of one kind of parts at most, so that a confused BMC keeps nobody busy for ever. */
const mostParts = 128;

/** The processors of a machine as one. */
export interface Processors {
  /** Threads of all of them; undefined where the BMC does not count. */
  readonly count?: number;
  readonly architecture?: string;
  readonly model?: string;
  readonly sockets: number;
  /** MHz. */
  readonly frequency?: number;
}

/** A network interface of a machine. */
export interface Nic {
  readonly name: string;
  /** Lower case, with colons. */
  readonly mac: string;
  readonly isEnabled: boolean;
  readonly hasCarrier: boolean | null;
  readonly speedMbps: number | null;
}

/** A disk that an operating system could see: a volume of a controller, or a drive. */
export interface Disk {
  readonly name: string;
  readonly bytes: number;
  readonly model: string | null;
  readonly serial: string | null;
  readonly vendor: string | null;
  readonly isRotational: boolean | null;
  /** Whether a controller shows it in place of drives. */
  readonly isVolume: boolean;
}

/** Instruction sets and architectures of the standard, as agents name them. */
const architectures: Readonly<Record<string, string>> = {
  'x86-64': 'x86_64',
  'ARM-A64': 'aarch64',
  'ARM-A32': 'arm',
  'IA-64': 'ia64',
  MIPS64: 'mips64',
  PowerISA: 'ppc64le',
  x86: 'x86_64',
  ARM: 'aarch64',
  MIPS: 'mips',
};

const textOf = (value: Json | undefined): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' && value > 0 ? value : undefined;
const isAbsent = ({ body }: Resource): boolean => objectIn(body, 'Status')['State'] === 'Absent';

/** The members of a collection that a resource links to; none where it links to none. */
async function membersOf(bmc: RedfishBmc, { body }: Resource, name: string): Promise<Resource[]> {
  const collection = linkIn(body, name);
  if (collection === undefined) return [];
  return await allOf(bmc, linksIn((await bmc.get(collection)).body, 'Members'));
}

async function allOf(bmc: RedfishBmc, paths: readonly string[]): Promise<Resource[]> {
  const found: Resource[] = [];
  for (const path of paths.slice(0, mostParts)) found.push(await bmc.get(path));
  return found.filter((part) => !isAbsent(part));
}

/** The processors, of their own resources where the BMC has them, else of its summary. */
export async function readProcessors(bmc: RedfishBmc, system: Resource): Promise<Processors> {
  const parts = (await membersOf(bmc, system, 'Processors')).map(({ body }) => body);
  const processors = parts.filter((part) => ['CPU', undefined].includes(textOf(part['ProcessorType']) ?? undefined));
  const summary = objectIn(system.body, 'ProcessorSummary');
  const [first = {}] = processors;
  const threads = processors.reduce((sum, part) => sum + (numberOf(part['TotalThreads']) ?? 0), 0);
  const architecture = [first['InstructionSet'], first['ProcessorArchitecture']]
    .map((word) => (typeof word === 'string' ? architectures[word] : undefined))
    .find((word) => word !== undefined);
  return {
    count: numberOf(threads) ?? numberOf(summary['LogicalProcessorCount']) ?? numberOf(summary['Count']),
    architecture,
    model: textOf(first['Model']) ?? textOf(summary['Model']) ?? undefined,
    sockets: processors.length > 0 ? processors.length : (numberOf(summary['Count']) ?? 0),
    frequency: numberOf(first['MaxSpeedMHz']),
  };
}

/** The network interfaces that have an Ethernet address. */
export async function readNics(bmc: RedfishBmc, system: Resource): Promise<Nic[]> {
  const nics = (await membersOf(bmc, system, 'EthernetInterfaces')).map(({ body }) => ({
    name: textOf(body['Id']) ?? textOf(body['Name']) ?? '',
    mac: (textOf(body['MACAddress']) ?? textOf(body['PermanentMACAddress']) ?? '').toLowerCase().replaceAll('-', ':'),
    isEnabled: objectIn(body, 'Status')['State'] === 'Enabled',
    hasCarrier: typeof body['LinkStatus'] === 'string' ? body['LinkStatus'] === 'LinkUp' : null,
    speedMbps: numberOf(body['SpeedMbps']) ?? null,
  }));
  return nics.filter(({ mac }) => isMacAddress(mac) && mac !== '00:00:00:00:00:00');
}

/** The disks of all controllers, the standard's older and newer ones. */
export async function readDisks(bmc: RedfishBmc, system: Resource): Promise<Disk[]> {
  const simple = (await membersOf(bmc, system, 'SimpleStorage')).flatMap(({ body }) => devicesIn(body));
  const disks: Disk[] = [];
  for (const storage of await membersOf(bmc, system, 'Storage')) {
    const volumes = (await membersOf(bmc, storage, 'Volumes')).map(({ body }) => diskOf(body, true));
    const drives = (await allOf(bmc, linksIn(storage.body, 'Drives'))).map(({ body }) => diskOf(body, false));
    disks.push(...volumes, ...drives);
  }
  return [...disks, ...simple].filter(({ bytes }) => bytes > 0);
}

function devicesIn(controller: JsonObject): Disk[] {
  const devices = Array.isArray(controller['Devices']) ? controller['Devices'] : [];
  return devices.map((device) => diskOf(objectIn({ device }, 'device'), false));
}

function diskOf(body: JsonObject, isVolume: boolean): Disk {
  const media = textOf(body['MediaType']);
  return {
    name: textOf(body['Name']) ?? textOf(body['Id']) ?? '',
    bytes: numberOf(body['CapacityBytes']) ?? 0,
    model: textOf(body['Model']),
    serial: textOf(body['SerialNumber']),
    vendor: textOf(body['Manufacturer']),
    isRotational: media === null ? null : media === 'HDD',
    isVolume,
  };
}
