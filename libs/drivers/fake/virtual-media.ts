import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import type { NodeView } from '../core/context.js';
import type { VirtualMediaDevice } from '../core/interfaces.js';
import { shownUrl } from '../core/shown-url.js';

/** Where the simulated machine keeps what is inserted: in its record, by device type. */
const key = 'fake_virtual_media';

const devices: Readonly<Record<string, string[]>> = {
  cdrom: ['CD', 'DVD'],
  disk: ['USBStick'],
  floppy: ['Floppy'],
};

const insertedIn = (node: NodeView): JsonObject => {
  const kept = node.driver_internal_info[key];
  return isJsonObject(kept) ? kept : {};
};

/** The devices with what is inserted. */
export function fakeDevices(node: NodeView): VirtualMediaDevice[] {
  const inserted = insertedIn(node);
  return Object.entries(devices).map(([type, mediaTypes]) => {
    const image = inserted[type];
    return {
      media_types: [...mediaTypes],
      inserted: typeof image === 'string',
      image: typeof image === 'string' ? image : null,
    };
  });
}

/** What the record is to keep after an image was inserted. */
export const withInserted = (node: NodeView, type: string, url: string): JsonObject => ({
  [key]: { ...insertedIn(node), [type]: shownUrl(url) },
});

/** What the record is to keep after devices were emptied. */
export const withoutInserted = (node: NodeView, types: readonly string[]): JsonObject => ({
  [key]: Object.fromEntries(Object.entries(insertedIn(node)).filter(([type]) => !types.includes(type))),
});
