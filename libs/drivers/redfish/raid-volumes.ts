import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { levelOf } from './raid-levels.js';
import type { Controller, Drive, PlannedVolume } from './raid-plan.js';
import type { Operation, RedfishBmc } from './redfish.js';
import { linkIn, linksIn, objectIn, type Resource, textsIn } from './resource.js';

const gibibyte = 1024 ** 3;

/** A volume on a controller. */
interface Volume {
  readonly resource: Resource;
  /** In the API's words. */
  readonly level: string;
  readonly controller: string;
}

interface Storage {
  readonly resource: Resource;
  /** The collection of its volumes. */
  readonly volumes: Resource;
}

async function storages(bmc: RedfishBmc): Promise<Storage[]> {
  const system = await bmc.system();
  const collection = linkIn(system.body, 'Storage');
  const members = collection === undefined ? [] : linksIn((await bmc.get(collection)).body, 'Members');
  const found: Storage[] = [];
  for (const path of members) {
    const resource = await bmc.get(path);
    const volumes = linkIn(resource.body, 'Volumes');
    if (volumes !== undefined) found.push({ resource, volumes: await bmc.get(volumes) });
  }
  if (found.length > 0) return found;
  throw new BessemerError('unsupported', `The BMC at ${bmc.address} shows no RAID controller of ${system.path}.`, {
    remedy: 'Set raid_interface to agent or no-raid.',
  });
}

async function volumesOf(bmc: RedfishBmc): Promise<Volume[]> {
  const found: Volume[] = [];
  for (const { resource: storage, volumes } of await storages(bmc))
    for (const path of linksIn(volumes.body, 'Members')) {
      const resource = await bmc.get(path);
      // A drive that is only passed through is no volume.
      const level = levelOf(resource.body['RAIDType'], resource.body['VolumeType']);
      if (level !== undefined) found.push({ resource, level, controller: idOf(storage) });
    }
  return found;
}

const idOf = ({ body, path }: Resource): string => String(body['Id'] ?? path);

/** The controllers with their drives. */
export async function readControllers(bmc: RedfishBmc): Promise<Controller[]> {
  const used = new Set(
    (await volumesOf(bmc)).flatMap(({ resource }) => linksIn(objectIn(resource.body, 'Links'), 'Drives')),
  );
  const controllers: Controller[] = [];
  for (const { resource, volumes } of await storages(bmc)) {
    const drives: Drive[] = [];
    for (const path of linksIn(resource.body, 'Drives')) drives.push(driveOf(await bmc.get(path), used));
    controllers.push({ names: namesOf(resource), volumes: volumes.path, drives });
  }
  return controllers;
}

function namesOf({ body, path }: Resource): string[] {
  const parts = Array.isArray(body['StorageControllers']) ? body['StorageControllers'].filter(isJsonObject) : [];
  return [path, body['Id'], body['Name'], ...parts.flatMap((part) => [part['MemberId'], part['Name']])].filter(
    (name) => typeof name === 'string',
  );
}

function driveOf({ body, path }: Resource, used: ReadonlySet<string>): Drive {
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : undefined);
  return {
    path,
    names: [path, text('Id'), text('Name'), text('SerialNumber')].filter((name) => name !== undefined),
    bytes: typeof body['CapacityBytes'] === 'number' ? body['CapacityBytes'] : 0,
    ...{ media: text('MediaType'), protocol: text('Protocol') },
    isUsed: used.has(path),
  };
}

/** The volumes as the record keeps them. */
export async function raidConfig(bmc: RedfishBmc): Promise<JsonObject> {
  const volumes = await volumesOf(bmc);
  return {
    logical_disks: volumes.map(({ resource, level, controller }) => ({
      ...{ id: idOf(resource), name: resource.body['Name'] ?? null, controller, raid_level: level },
      size_gb: Math.floor(Number(resource.body['CapacityBytes'] ?? 0) / gibibyte),
    })),
  };
}

/** Paths of all volumes. */
export const volumePaths = async (bmc: RedfishBmc): Promise<string[]> =>
  (await volumesOf(bmc)).map(({ resource }) => resource.path);

/** When the BMC does something to volumes: at once if it can. */
async function applyTime(bmc: RedfishBmc, volumes: string): Promise<JsonObject> {
  const support = objectIn((await bmc.get(volumes)).body, '@Redfish.OperationApplyTimeSupport');
  const time = ['Immediate', 'OnReset'].find((word) => textsIn(support, 'SupportedValues')?.includes(word));
  return time === undefined ? {} : { '@Redfish.OperationApplyTime': time };
}

/** What was asked of a BMC, and whether only a start of the machine does it. */
export interface VolumeOperation extends Operation {
  readonly needsRestart: boolean;
}

/** Asks for a volume. */
export async function makeVolume(bmc: RedfishBmc, volume: PlannedVolume): Promise<VolumeOperation> {
  const { volumes, raidType, volumeType, bytes, name, drives } = volume;
  const time = await applyTime(bmc, volumes);
  const operation = await bmc.operate('POST', volumes, {
    ...{ RAIDType: raidType, VolumeType: volumeType, CapacityBytes: bytes },
    ...(name === null ? {} : { Name: name }),
    Links: { Drives: drives.map((path) => ({ '@odata.id': path })) },
    ...time,
  });
  return { ...operation, needsRestart: time['@Redfish.OperationApplyTime'] === 'OnReset' };
}

/** Asks that a volume be deleted; one that is gone is deleted. */
export async function deleteVolume(bmc: RedfishBmc, path: string): Promise<VolumeOperation> {
  const time = await applyTime(bmc, path.replace(/\/[^/]+\/?$/, ''));
  const operation = await bmc.operate('DELETE', path, Object.keys(time).length === 0 ? undefined : time);
  return { ...operation, needsRestart: time['@Redfish.OperationApplyTime'] === 'OnReset' };
}
