import { readFileSync } from 'node:fs';
import type { MachineSpec } from './simulated-fleet.js';

/** A node of an instackenv.json, as far as a simulated machine follows from it. */
interface InstackenvNode {
  readonly name?: string;
  readonly mac?: readonly string[];
  readonly ports?: readonly { readonly address: string }[];
  readonly pm_user?: string;
  readonly pm_password?: string;
  readonly pm_addr?: string;
  readonly pm_port?: string | number;
  readonly cpu?: string | number;
  readonly memory?: string | number;
  readonly disk?: string | number;
  readonly arch?: string;
}

/**
 * Reads the machines of a fleet: `{"machines": [MachineSpec…]}`, or `{"nodes": […]}` of an instackenv.json, whose
 * pm_addr is used when it is a loopback address.
 * @throws Error when the file cannot be read or has neither list.
 */
export function readMachinesFile(path: string): MachineSpec[] {
  const content = JSON.parse(readFileSync(path, 'utf8')) as {
    machines?: MachineSpec[];
    nodes?: InstackenvNode[];
  };
  if (Array.isArray(content.machines)) {
    return content.machines;
  }
  if (!Array.isArray(content.nodes)) {
    throw new Error(`${path} has neither "machines" nor "nodes"`);
  }
  return content.nodes.map(machineOf);
}

/** @returns the machine that an entry of an instackenv.json describes. */
function machineOf(node: InstackenvNode, index: number): MachineSpec {
  const isLoopback = node.pm_addr?.startsWith('127.') ?? false;
  return {
    name: node.name ?? `machine-${index}`,
    mac: node.mac ?? node.ports?.map((port) => port.address) ?? [],
    user: node.pm_user,
    password: node.pm_password,
    ...(isLoopback ? { address: node.pm_addr, port: numberOf(node.pm_port) } : {}),
    cpus: numberOf(node.cpu),
    memoryMb: numberOf(node.memory),
    diskGb: numberOf(node.disk),
    architecture: node.arch,
  };
}

function numberOf(value: string | number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
