import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { raidLevels } from './raid-levels.js';

const gibibyte = 1024 ** 3;

/** A drive behind a controller. */
export interface Drive {
  readonly path: string;
  /** Names by which a user may mean it. */
  readonly names: readonly string[];
  readonly bytes: number;
  /** `HDD` or `SSD`, undefined where the BMC does not tell. */
  readonly media: string | undefined;
  /** `SATA`, `SAS`, `NVMe` … */
  readonly protocol: string | undefined;
  /** Whether a volume is on it. */
  readonly isUsed: boolean;
}

/** A RAID controller. */
export interface Controller {
  readonly names: readonly string[];
  /** Path of the collection of its volumes. */
  readonly volumes: string;
  readonly drives: readonly Drive[];
}

/** A logical disk that a user wants. */
export interface LogicalDisk {
  readonly level: string;
  /** GiB; undefined for all the space that there is. */
  readonly sizeGib: number | undefined;
  readonly isRoot: boolean;
  readonly name: string | undefined;
  readonly controller: string | undefined;
  readonly media: string | undefined;
  readonly protocol: string | undefined;
  readonly count: number | undefined;
  readonly drives: readonly string[] | undefined;
}

/** A volume that is to be made. */
export interface PlannedVolume {
  /** Path of the collection that it becomes a member of. */
  readonly volumes: string;
  readonly raidType: string;
  readonly volumeType: string;
  readonly bytes: number;
  readonly name: string | null;
  /** Paths of its drives. */
  readonly drives: readonly string[];
}

const wrong = (message: string, remedy?: string): BessemerError =>
  new BessemerError('invalid', message, { field: 'logical_disks', ...(remedy === undefined ? {} : { remedy }) });

/**
 * The logical disks of a RAID configuration.
 * @throws `invalid` for what cannot be asked of a BMC
 */
export function logicalDisks(config: Json | undefined): LogicalDisk[] {
  const disks = isJsonObject(config) ? config['logical_disks'] : undefined;
  if (!Array.isArray(disks) || disks.length === 0 || !disks.every(isJsonObject))
    throw wrong('A RAID configuration must have logical_disks, a list of objects.');
  return disks.map(logicalDisk);
}

function logicalDisk(disk: JsonObject): LogicalDisk {
  const { size_gb: size, physical_disks: drives, number_of_physical_disks: count } = disk;
  const level = String(disk['raid_level']);
  if (!Object.hasOwn(raidLevels, level))
    throw wrong(`No BMC makes volumes of RAID level ${level}.`, `Levels: ${Object.keys(raidLevels).join(', ')}.`);
  if (size !== 'MAX' && !(Number.isSafeInteger(size) && Number(size) > 0))
    throw wrong('size_gb of a logical disk must be a whole number of GiB, or MAX.');
  if (count !== undefined && !Number.isSafeInteger(count)) throw wrong('number_of_physical_disks must be a number.');
  if (drives !== undefined && !(Array.isArray(drives) && drives.every((drive) => typeof drive === 'string')))
    throw wrong('physical_disks must be a list of the names of drives.');
  if (disk['share_physical_disks'] === true)
    throw wrong('Volumes that share drives cannot be asked of a BMC.', 'Leave share_physical_disks out.');
  return {
    level,
    sizeGib: size === 'MAX' ? undefined : Number(size),
    isRoot: disk['is_root_volume'] === true,
    ...{ name: textOf(disk, 'volume_name'), controller: textOf(disk, 'controller') },
    ...{ media: textOf(disk, 'disk_type'), protocol: textOf(disk, 'interface_type') },
    count: count === undefined ? undefined : Number(count),
    drives: Array.isArray(drives) ? drives.map(String) : undefined,
  };
}

function textOf(disk: JsonObject, name: string): string | undefined {
  const value = disk[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(`${name} of a logical disk must be text.`);
}

/**
 * Chooses drives for each logical disk: those that a user names, else the smallest free ones of one kind on one
 * controller that are large enough, as few as the level allows. What wants most goes last, what is named first.
 * @throws `invalid` for a logical disk that no drives are left for
 */
export function planVolumes(disks: readonly LogicalDisk[], controllers: readonly Controller[]): PlannedVolume[] {
  const taken = new Set<string>();
  const rank = ({ drives, sizeGib }: LogicalDisk) => (drives === undefined ? 1 : 0) + (sizeGib === undefined ? 2 : 0);
  const order = [...disks].sort((a, b) => rank(a) - rank(b));
  const planned = new Map(
    order.map((disk) => {
      const volume = choose(disk, controllers, taken);
      for (const drive of volume.drives) taken.add(drive);
      return [disk, volume];
    }),
  );
  return disks.flatMap((disk) => planned.get(disk) ?? []);
}

function choose(disk: LogicalDisk, controllers: readonly Controller[], taken: ReadonlySet<string>): PlannedVolume {
  for (const controller of controllers.filter((candidate) => isMeant(candidate, disk.controller))) {
    const free = controller.drives.filter(({ path, isUsed }) => !isUsed && !taken.has(path));
    const drives = disk.drives === undefined ? fitting(disk, free) : named(disk, disk.drives, free);
    if (drives !== undefined) return volumeOf(disk, controller, drives);
  }
  throw wrong(
    `There are no free drives for the logical disk of RAID level ${disk.level} with ${disk.sizeGib ?? 'all'} GiB.`,
    'Delete volumes first (raid.delete_configuration), or ask for fewer or smaller disks.',
  );
}

const isMeant = (controller: Controller, name: string | undefined): boolean =>
  name === undefined || controller.names.includes(name);

function named(disk: LogicalDisk, names: readonly string[], free: readonly Drive[]): readonly Drive[] | undefined {
  const drives = names.map((name) => free.find((drive) => drive.names.includes(name)));
  const found = drives.filter((drive) => drive !== undefined);
  if (found.length < names.length) return undefined;
  return isCount(disk, found.length) && isLarge(disk, found) ? found : undefined;
}

/** Of one kind and size, as controllers want them, or at least of one kind. */
function fitting(disk: LogicalDisk, free: readonly Drive[]): readonly Drive[] | undefined {
  const wanted = free
    .filter(({ media }) => disk.media === undefined || media?.toLowerCase() === disk.media.toLowerCase())
    .filter(({ protocol }) => disk.protocol === undefined || protocol?.toLowerCase() === disk.protocol.toLowerCase())
    .sort((a, b) => a.bytes - b.bytes);
  const kinds = new Map<string, Drive[]>();
  for (const drive of wanted) {
    const kind = `${drive.media} ${drive.protocol}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), drive]);
  }
  const counts = (drives: readonly Drive[]) => {
    const all = drives.map((_, index) => index + 1).filter((count) => isCount(disk, count));
    // All the space that there is takes all the drives that there are.
    return disk.sizeGib === undefined ? all.reverse() : all;
  };
  for (const drives of kinds.values())
    for (const count of counts(drives))
      for (let first = 0; first + count <= drives.length; first += 1) {
        const chosen = drives.slice(first, first + count);
        if (isLarge(disk, chosen)) return chosen;
      }
  return undefined;
}

function isCount({ level, count: wanted }: LogicalDisk, count: number): boolean {
  const known = raidLevels[level];
  if (known === undefined || (wanted !== undefined && wanted !== count)) return false;
  return count >= known.fewestDrives && count <= known.mostDrives && count % known.step === 0;
}

function spaceOf({ level }: LogicalDisk, drives: readonly Drive[]): number {
  const smallest = Math.min(...drives.map(({ bytes }) => bytes));
  return Math.floor(smallest * (raidLevels[level]?.space(drives.length) ?? 0));
}

const isLarge = (disk: LogicalDisk, drives: readonly Drive[]): boolean =>
  spaceOf(disk, drives) >= (disk.sizeGib ?? 1) * gibibyte;

function volumeOf(disk: LogicalDisk, { volumes }: Controller, drives: readonly Drive[]): PlannedVolume {
  const level = raidLevels[disk.level];
  if (level === undefined) throw wrong(`No BMC makes volumes of RAID level ${disk.level}.`);
  return {
    ...{ volumes, raidType: level.raidType, volumeType: level.volumeType, name: disk.name ?? null },
    drives: drives.map(({ path }) => path),
    bytes: disk.sizeGib === undefined ? spaceOf(disk, drives) : disk.sizeGib * gibibyte,
  };
}
