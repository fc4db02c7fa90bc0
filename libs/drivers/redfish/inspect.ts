import { type JsonObject, mergePatches, type NodePatch, setFields } from '@bessemer/contracts';
import type { CallContext, StepContext } from '../core/context.js';
import type { InspectInterface } from '../core/interfaces.js';
import { readMachineFacts } from '../core/machine-facts.js';
import { done, fail, type StepOutcome } from '../core/outcome.js';
import { failingAsOutcome } from '../core/power-change.js';
import { redfishProperties, validateAccess } from './access.js';
import { type Disk, type Nic, type Processors, readDisks, readNics, readProcessors } from './hardware-facts.js';
import type { Redfish } from './redfish.js';
import { objectIn, type Resource } from './resource.js';

const gibibyte = 1024 ** 3;
/** Smaller disks are no place for an operating system. */
const smallestDisk = 4 * gibibyte;
/** What the partition table and its like take of a disk, in GiB. */
const partitioningGib = 1;

/** What a BMC tells of its machine. */
interface Facts {
  readonly system: Resource;
  readonly processors: Processors;
  readonly nics: readonly Nic[];
  readonly disks: readonly Disk[];
}

/** Inspection by what the BMC tells; the machine is not started for it. */
export class RedfishInspect implements InspectInterface {
  readonly kind = 'inspect';
  readonly name = 'redfish';
  readonly properties = redfishProperties;
  readonly steps = [];

  constructor(private readonly redfish: Redfish) {}

  validate = validateAccess;

  inspect(context: StepContext): Promise<StepOutcome> {
    return failingAsOutcome(async () => {
      await context.progress('reading the hardware from the BMC');
      const facts = await this.redfish.at(context, async (bmc): Promise<Facts> => {
        const system = await bmc.system();
        return {
          system,
          processors: await readProcessors(bmc, system),
          nics: await readNics(bmc, system),
          disks: await readDisks(bmc, system),
        };
      });
      const properties = propertiesOf(context, facts);
      const missing = ['cpus', 'cpu_arch', 'memory_mb'].filter(
        (name) => properties[name] === undefined && context.node.properties[name] === undefined,
      );
      if (missing.length > 0)
        return fail(
          'hardware-failure',
          `The BMC does not tell ${missing.join(', ')}.`,
          'Set them in the properties of the node, or inspect it with inspect_interface agent.',
        );
      await context.storeInventory?.({ inventory: inventoryOf(facts), plugin_data: {} });
      const learned: NodePatch = {
        ...setFields(
          Object.fromEntries(Object.entries(properties).map(([name, value]) => [`properties/${name}`, value])),
        ),
        ports: portsOf(facts.nics),
      };
      return done(mergePatches(learned, await readMachineFacts(context)));
    });
  }

  /** Nothing was begun that outlives the step. */
  async abort(): Promise<StepOutcome> {
    return done();
  }
}

const memoryMib = ({ body }: Resource): number | undefined => {
  const size = objectIn(body, 'MemorySummary')['TotalSystemMemoryGiB'];
  return typeof size === 'number' && size > 0 ? Math.round(size * 1024) : undefined;
};

const bootModeIn = ({ body }: Resource): string | undefined => {
  const modes: Readonly<Record<string, string>> = { UEFI: 'uefi', Legacy: 'bios' };
  return modes[String(objectIn(body, 'Boot')['BootSourceOverrideMode'])];
};

function propertiesOf({ node }: CallContext, { system, processors, disks }: Facts): JsonObject {
  const memory = memoryMib(system);
  const mode = bootModeIn(system);
  const capabilities = node.properties['capabilities'];
  const known = typeof capabilities === 'string' ? capabilities : '';
  const isModeKnown =
    /(^|,)\s*boot_mode:/.test(known) || (capabilities !== undefined && typeof capabilities !== 'string');
  return {
    ...(processors.count === undefined ? {} : { cpus: processors.count }),
    ...(processors.architecture === undefined ? {} : { cpu_arch: processors.architecture }),
    ...(memory === undefined ? {} : { memory_mb: String(memory) }),
    local_gb: String(localGib(disks)),
    ...(mode === undefined || isModeKnown
      ? {}
      : { capabilities: [...(known === '' ? [] : [known]), `boot_mode:${mode}`].join(',') }),
  };
}

/** Of the smallest that an operating system fits on, volumes before drives; 0 of a machine without any. */
function localGib(disks: readonly Disk[]): number {
  const large = disks.filter(({ bytes }) => bytes >= smallestDisk);
  const volumes = large.filter(({ isVolume }) => isVolume);
  const sizes = (volumes.length > 0 ? volumes : large).map(({ bytes }) => bytes);
  return sizes.length === 0 ? 0 : Math.max(0, Math.floor(Math.min(...sizes) / gibibyte) - partitioningGib);
}

function portsOf(nics: readonly Nic[]): { address: string }[] {
  const macs = nics.filter(({ isEnabled }) => isEnabled).map(({ mac }) => mac);
  return [...new Set(macs)].map((address) => ({ address }));
}

/** In the form in which agents send theirs (reference: agent.md §6); what only an agent can see is null. */
function inventoryOf({ system, processors, nics, disks }: Facts): JsonObject {
  const { body } = system;
  const memory = memoryMib(system);
  return {
    interfaces: nics.map(({ name, mac, hasCarrier, speedMbps }) => ({
      ...{ name, mac_address: mac, ipv4_address: null, ipv6_address: null, has_carrier: hasCarrier },
      ...{ lldp: null, vendor: null, product: null, client_id: null, speed_mbps: speedMbps },
    })),
    cpu: {
      ...{ model_name: processors.model ?? null, frequency: processors.frequency ?? null },
      ...{ count: processors.count ?? null, architecture: processors.architecture ?? null },
      ...{ flags: [], socket_count: processors.sockets },
    },
    memory: { total: memory === undefined ? null : memory * 1024 ** 2, physical_mb: memory ?? null },
    disks: disks.map(({ name, bytes, model, serial, vendor, isRotational }) => ({
      ...{ name, size: bytes, model, serial, vendor, rotational: isRotational, wwn: null },
    })),
    system_vendor: {
      product_name: body['Model'] ?? null,
      serial_number: body['SerialNumber'] ?? null,
      manufacturer: body['Manufacturer'] ?? null,
      firmware: { vendor: null, version: body['BiosVersion'] ?? null, build_date: null },
    },
    boot: { current_boot_mode: bootModeIn(system) ?? null, pxe_interface: null },
    hostname: body['HostName'] ?? null,
  };
}
