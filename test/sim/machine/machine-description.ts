/** One disk of a simulated machine; `size` in bytes, the other fields as the inventory shows them. */
export interface DiskDescription {
  readonly name: string;
  readonly size: number;
  readonly model?: string;
  readonly serial?: string;
  readonly wwn?: string;
  readonly rotational?: boolean;
}

/** What a simulated machine is made of: the source of its inventory and of its disk file. */
export interface MachineDescription {
  readonly name: string;
  /** MAC addresses of its interfaces; the first one boots from the network. */
  readonly mac: readonly string[];
  readonly cpus: number;
  readonly memoryMb: number;
  readonly architecture: string;
  readonly bootMode: 'bios' | 'uefi';
  readonly disks: readonly DiskDescription[];
  readonly bmcAddress: string | null;
  readonly systemVendor: { readonly manufacturer: string; readonly productName: string; readonly serialNumber: string };
}

/** The fields of a {@link MachineDescription} that a test or a file needs to give, with GiB for the one disk. */
export interface MachineSize {
  readonly name: string;
  readonly mac: readonly string[];
  readonly cpus?: number;
  readonly memoryMb?: number;
  readonly diskGb?: number;
  readonly architecture?: string;
  readonly bootMode?: 'bios' | 'uefi';
  readonly bmcAddress?: string | null;
  readonly systemVendor?: {
    readonly manufacturer: string;
    readonly productName: string;
    readonly serialNumber: string;
  };
}

const macPattern = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;

/**
 * Completes a machine's description.
 * @param size what is known of the machine; left-out parts get the values of a small server.
 * @returns the whole description, MAC addresses in lower case.
 * @throws Error when the machine has no MAC address, or one that is none.
 */
export function describeMachine(size: MachineSize): MachineDescription {
  const mac = size.mac.map((address) => address.toLowerCase());
  const wrong = mac.find((address) => !macPattern.test(address));
  if (mac.length === 0 || wrong !== undefined) {
    throw new Error(
      `machine ${size.name}: ${wrong === undefined ? 'no MAC address given' : `bad MAC address ${wrong}`}`,
    );
  }
  const serial = mac.join('').replaceAll(':', '').toUpperCase().slice(0, 12);
  return {
    name: size.name,
    mac,
    cpus: size.cpus ?? 4,
    memoryMb: size.memoryMb ?? 8192,
    architecture: size.architecture ?? 'x86_64',
    bootMode: size.bootMode ?? 'uefi',
    disks: [
      {
        name: '/dev/sda',
        size: Math.round((size.diskGb ?? 50) * 2 ** 30),
        model: 'SIMDISK',
        serial: `SD${serial}`,
        wwn: `0x5000${serial.toLowerCase()}`,
        rotational: false,
      },
    ],
    bmcAddress: size.bmcAddress ?? null,
    systemVendor: size.systemVendor ?? {
      manufacturer: 'Bessemer',
      productName: 'Simulated Server',
      serialNumber: serial,
    },
  };
}
