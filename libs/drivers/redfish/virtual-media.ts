import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import type { VirtualMediaAttachment, VirtualMediaDevice } from '../core/interfaces.js';
import { shownUrl } from '../core/shown-url.js';
import { splitCredentials } from './image-url.js';
import type { RedfishBmc } from './redfish.js';
import { linkIn, linksIn, objectIn, type Resource, textsIn } from './resource.js';
import { untilOver } from './short-task.js';

/** Media types of the standard by device type of the API, those that fit best first. */
const mediaTypes: Readonly<Record<string, readonly string[]>> = {
  cdrom: ['CD', 'DVD'],
  disk: ['USBStick'],
  floppy: ['Floppy'],
};

const typesOf = ({ body }: Resource): string[] => textsIn(body, 'MediaTypes') ?? [];
const imageOf = ({ body }: Resource): string | undefined =>
  typeof body['Image'] === 'string' && body['Image'] !== '' ? body['Image'] : undefined;
const isInserted = (device: Resource): boolean => device.body['Inserted'] === true || imageOf(device) !== undefined;
const fits = (device: Resource, types: readonly string[]): boolean =>
  types.some((type) => typesOf(device).includes(type));

/** The virtual media devices of the machine: its own, else those of the BMCs that manage it. */
async function devicesOf(bmc: RedfishBmc): Promise<Resource[]> {
  const system = await bmc.system();
  const collections = [linkIn(system.body, 'VirtualMedia')].filter((path) => path !== undefined);
  if (collections.length === 0)
    for (const manager of linksIn(objectIn(system.body, 'Links'), 'ManagedBy')) {
      const path = linkIn((await bmc.get(manager)).body, 'VirtualMedia');
      if (path !== undefined) collections.push(path);
    }
  const devices: Resource[] = [];
  for (const collection of collections)
    for (const path of linksIn((await bmc.get(collection)).body, 'Members')) devices.push(await bmc.get(path));
  if (devices.length > 0) return devices;
  throw new BessemerError('unsupported', `The BMC at ${bmc.address} has no virtual media.`, {
    remedy: 'Look whether its licence includes them.',
  });
}

/** Who waits for a BMC. */
type Asker = Pick<CallContext, 'signal'>;

/** The devices as clients are shown them. */
export async function shownDevices(bmc: RedfishBmc): Promise<VirtualMediaDevice[]> {
  return (await devicesOf(bmc)).map((device) => {
    const image = imageOf(device);
    return {
      media_types: typesOf(device),
      inserted: isInserted(device),
      image: image === undefined ? null : URL.canParse(image) ? shownUrl(image) : image,
    };
  });
}

/**
 * Inserts the image into the first free device of the type; the BMC fetches it. Nothing is done where it is inserted.
 * @throws `unsupported` without such a device, `conflict` when none is free
 */
export async function insertImage(
  context: Asker,
  bmc: RedfishBmc,
  { deviceType, imageUrl }: VirtualMediaAttachment,
): Promise<void> {
  const types = mediaTypes[deviceType] ?? [];
  const devices = (await devicesOf(bmc)).filter((device) => fits(device, types));
  if (devices.length === 0)
    throw new BessemerError(
      'unsupported',
      `The BMC at ${bmc.address} has no virtual media device for a ${deviceType}.`,
      {
        field: 'device_type',
      },
    );
  const { address, username, password } = splitCredentials(imageUrl);
  if (devices.some((device) => imageOf(device) === address)) return;
  const free = devices.find((device) => !isInserted(device));
  if (free === undefined)
    throw new BessemerError(
      'conflict',
      `The virtual media of the BMC at ${bmc.address} for a ${deviceType} are taken.`,
      {
        field: 'device_type',
        remedy: 'Detach what is inserted, then attach again.',
      },
    );
  const protocol = new URL(address).protocol.slice(0, -1).toUpperCase();
  const image = {
    ...{ Image: address, Inserted: true, WriteProtected: true },
    // Told by the address, as BMCs understand it, for HTTP alone.
    ...(protocol.startsWith('HTTP') ? {} : { TransferProtocolType: protocol }),
    ...(username === '' ? {} : { UserName: username, Password: password }),
  };
  const insert = actionOf(free, '#VirtualMedia.InsertMedia');
  if (insert === undefined) await bmc.patch(free, image);
  else await untilOver(context, bmc, await bmc.operate('POST', insert, image), 'insert the image');
}

/**
 * Empties the devices that take one of the media types, or all of them.
 * @throws `invalid`, naming the media types that there are, when no device takes any
 */
export async function ejectMedia(asker: Asker, bmc: RedfishBmc, types?: readonly string[]): Promise<void> {
  const devices = await devicesOf(bmc);
  const asked = types === undefined ? devices : devices.filter((device) => fits(device, types));
  if (asked.length === 0)
    throw new BessemerError(
      'invalid',
      `The BMC at ${bmc.address} has no virtual media device for ${types?.join(', ')}.`,
      {
        field: 'boot_device',
        remedy: `It has devices for ${[...new Set(devices.flatMap(typesOf))].join(', ')}.`,
      },
    );
  await empty(asker, bmc, asked);
}

/** Empties the devices of the API's types that the machine has. */
export async function ejectDevices(asker: Asker, bmc: RedfishBmc, deviceTypes: readonly string[]): Promise<void> {
  const types = deviceTypes.flatMap((type) => mediaTypes[type] ?? []);
  await empty(
    asker,
    bmc,
    (await devicesOf(bmc)).filter((device) => fits(device, types)),
  );
}

/** What is inserted next finds the devices empty: ejection, too, may take the BMC its time. */
async function empty(asker: Asker, bmc: RedfishBmc, devices: readonly Resource[]): Promise<void> {
  for (const device of devices.filter(isInserted)) {
    const eject = actionOf(device, '#VirtualMedia.EjectMedia');
    if (eject === undefined) await bmc.patch(device, { Image: null, Inserted: false });
    else await untilOver(asker, bmc, await bmc.operate('POST', eject, {}), 'eject the image');
  }
}

function actionOf({ body }: Resource, name: string): string | undefined {
  const target = objectIn(body['Actions'], name)['target'];
  return typeof target === 'string' ? target : undefined;
}
