import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { shorten } from '../records/values.js';

const levels = ['JBOD', '0', '1', '2', '5', '6', '1+0', '5+0', '6+0'];
const diskKeys = [
  'raid_level',
  'size_gb',
  'volume_name',
  'is_root_volume',
  'share_physical_disks',
  'disk_type',
  'interface_type',
  'number_of_physical_disks',
  'controller',
  'physical_disks',
];

const invalid = (reason: string): BessemerError =>
  new BessemerError('invalid', `RAID config validation error: ${reason}`, { field: 'logical_disks' });

function requireDisk(disk: unknown): void {
  if (!isJsonObject(disk)) throw invalid(`${shorten(disk)} is not of type 'object'`);
  for (const key of Object.keys(disk))
    if (!diskKeys.includes(key))
      throw invalid(`Additional properties are not allowed ('${shorten(key)}' was unexpected)`);
  const { raid_level: level, size_gb: size } = disk;
  if (level === undefined || size === undefined) throw invalid("'raid_level' and 'size_gb' are required properties");
  if (typeof level !== 'string' || !levels.includes(level))
    throw invalid(`'${shorten(level)}' is not one of ${levels.join(', ')}`);
  if (size !== 'MAX' && !(Number.isSafeInteger(size) && Number(size) > 0))
    throw invalid(`size_gb is neither 'MAX' nor a positive integer: ${shorten(size)}`);
}

/** A target RAID configuration, or an empty one; throws `invalid` with the reason. */
export function requireRaidConfig(body: unknown): JsonObject {
  const config = body ?? {};
  if (!isJsonObject(config)) throw invalid(`${shorten(config)} is not of type 'object'`);
  if (Object.keys(config).length === 0) return {};
  const disks = config['logical_disks'];
  for (const key of Object.keys(config)) if (key !== 'logical_disks') throw invalid(`'${shorten(key)}' was unexpected`);
  if (!Array.isArray(disks) || disks.length === 0) throw invalid("'logical_disks' is a required property, a list");
  for (const disk of disks) requireDisk(disk);
  return config;
}
