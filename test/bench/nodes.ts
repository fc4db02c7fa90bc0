/** A node of the benchmark. */
export interface BenchNode {
  readonly uuid: string;
  /** One of its ports has this MAC address. */
  readonly address: string;
}

/** A node whose task waits for its agent. */
export interface WaitingNode extends BenchNode {
  /** With which the agent proves itself. */
  readonly token: string;
  readonly callbackUrl: string;
}

/** The nodes of an instance that is measured. */
export interface BenchFleet {
  /** All of them, in the order of plain lists. */
  readonly nodes: readonly BenchNode[];
  /** Those that wait for nobody; they may be patched. */
  readonly idle: readonly BenchNode[];
  readonly waiting: readonly WaitingNode[];
}

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

/**
 * A MAC address of the benchmark's own: locally administered, the same for the same numbers.
 *
 * @param index of the node, below 2^32
 * @param nic of the node's network cards, below 256
 */
export function addressOf(index: number, nic: number): string {
  const digits = `02${hex(nic, 2)}${hex(index, 8)}`;
  return digits.match(/../g)?.join(':') ?? digits;
}

/** An IPv4 address below 10.0.0.0/8 for a number below 2^24. */
export const internetAddressOf = (index: number): string =>
  `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

/**
 * The body of a creation as an operator's tool sends it: with a secret, hardware properties and notes of its own.
 *
 * @param name unique in the instance
 * @param index makes the records differ
 */
export function newNode(name: string, index: number): Record<string, unknown> {
  const rack = `r${String(index % 200).padStart(3, '0')}`;
  const memory = [65_536, 131_072, 262_144][index % 3];
  const cores = 16 * (1 + (index % 4));
  return {
    name,
    driver: 'fake-hardware',
    resource_class: `baremetal.${['small', 'medium', 'large'][index % 3]}`,
    driver_info: {
      ipmi_address: internetAddressOf(index),
      ipmi_port: 623,
      ipmi_username: 'admin',
      ipmi_password: `secret of ${name}`,
      deploy_kernel: 'http://images.example.com/ipa/kernel',
      deploy_ramdisk: 'http://images.example.com/ipa/initramfs',
    },
    properties: {
      cpus: cores,
      cpu_arch: 'x86_64',
      memory_mb: memory,
      local_gb: 893,
      vendor: 'example',
      capabilities: 'boot_mode:uefi,secure_boot:true,iscsi_boot:true',
      root_device: { serial: `S4EV${hex(index, 8)}` },
    },
    extra: {
      rack,
      height_unit: index % 42,
      serial_number: `SN${String(index).padStart(8, '0')}`,
      system_vendor: { manufacturer: 'Example', product_name: 'R640', bios_version: '2.19.1' },
    },
  };
}

/** The body of a heartbeat as an agent sends it. */
export const heartbeatOf = ({ token, callbackUrl }: WaitingNode): Record<string, unknown> => ({
  callback_url: callbackUrl,
  agent_version: '9.4.0',
  agent_token: token,
});
