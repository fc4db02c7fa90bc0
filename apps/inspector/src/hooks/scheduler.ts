import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import type { Processing } from '../introspections/processing.js';
import type { Hook } from './hook.js';
import { listOf, numberOf, partOf } from './inventory.js';

const gibibyte = 1024 ** 3;
/** What a partition table and alignment take of a disk, in GiB. */
const partitioningGib = 1;
/** Smaller disks (USB keys, SD cards) are no place for an operating system. */
const smallestRootDisk = 4 * gibibyte;

/**
 * `cpus`, `memory_mb` and `local_gb` as a scheduler wants them: numbers in the data, where rules compare them, and
 * strings in the node's properties, as ironic-inspector writes them.
 */
export class SchedulerHook implements Hook {
  readonly name = 'scheduler';

  process(processing: Processing): void {
    const { data } = processing;
    const memory = partOf(data, 'memory');
    const total = numberOf(memory.total);
    put(processing, 'cpus', numberOf(partOf(data, 'cpu').count));
    put(processing, 'memory_mb', numberOf(memory.physical_mb) ?? (total && Math.floor(total / 1024 ** 2)));
    put(processing, 'local_gb', localGib(data));
  }
}

function put({ data, node, warnings }: Processing, name: string, value: number | null): void {
  if (value === null) {
    warnings.push(`The inventory does not tell ${name}.`);
    return;
  }
  data[name] = value;
  node.set(['properties', name], String(value));
}

/** The size of the disk that the ramdisk chose for the operating system; 0 of a machine without disks. */
function localGib(data: JsonObject): number | null {
  const sizes = listOf(data, 'disks')
    .map((disk) => numberOf(disk.size))
    .filter((size) => size !== null)
    .filter((size) => size >= smallestRootDisk);
  const root = isJsonObject(data.root_disk) ? numberOf(data.root_disk.size) : null;
  const size = root ?? (sizes.length > 0 ? Math.min(...sizes) : 0);
  return size === 0 ? 0 : Math.max(0, Math.floor(size / gibibyte) - partitioningGib);
}
