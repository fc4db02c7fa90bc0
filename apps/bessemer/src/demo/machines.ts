import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const demoFolder = fileURLToPath(new URL('../../../../deploy/demo/', import.meta.url));

/** A record of the slides' instackenv.json. */
export interface InstackenvNode {
  pm_type: string;
  mac: string[];
  pm_user: string;
  pm_password: string;
  pm_addr: string;
  pm_port?: number;
  [field: string]: unknown;
}

/** A machine to be simulated. */
export interface MachineDescription {
  name: string;
  mac: string[];
  cpus: number;
  memoryMb: number;
  diskGb: number;
  user: string;
  password: string;
  bootNetwork?: { namespace: string; interface: string };
}

/** The machines of the slides' file, at most `count`. */
export async function readMachines(count: number): Promise<InstackenvNode[]> {
  const file: { nodes: InstackenvNode[] } = JSON.parse(await readFile(`${demoFolder}instackenv.json`, 'utf8'));
  return file.nodes.slice(0, count);
}

/** The slides' introspection rules. */
export async function readRules(): Promise<object[]> {
  return JSON.parse(await readFile(`${demoFolder}rules.json`, 'utf8'));
}

/** What the simulator is told of a machine: enough memory and disk for the slides' rules. */
export function describeMachine(node: InstackenvNode, index: number): MachineDescription {
  return {
    name: machineName(node),
    mac: node.mac,
    cpus: 4 + 4 * (index % 2),
    memoryMb: 8192 * (1 + (index % 2)),
    diskGb: 64 + 32 * index,
    user: node.pm_user,
    password: node.pm_password,
  };
}

/** The name under which the demo shows a machine: the slides give none, so the last half of its MAC serves. */
export function machineName(node: InstackenvNode): string {
  return `machine-${(node.mac[0] ?? '').slice(9).replaceAll(':', '')}`;
}

/**
 * Writes the file that is imported: the slides' one with each BMC's address replaced by the loopback port at which its
 * simulator answers.
 */
export async function writeInstackenv(
  path: string,
  nodes: readonly InstackenvNode[],
  bmcs: readonly { address: string; port: number }[],
): Promise<void> {
  const placed = nodes.map((node, index) => ({
    ...node,
    pm_addr: bmcs[index]?.address ?? node.pm_addr,
    pm_port: bmcs[index]?.port,
    name: machineName(node),
  }));
  await writeFile(path, JSON.stringify({ nodes: placed }, null, 2), { mode: 0o600 });
}
