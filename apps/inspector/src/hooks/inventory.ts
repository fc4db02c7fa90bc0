import { isJsonObject, type JsonObject } from '@bessemer/contracts';

/** The inventory, empty when the data has none. */
export function inventoryOf(data: JsonObject): JsonObject {
  return isJsonObject(data.inventory) ? data.inventory : {};
}

/** A part of the inventory, empty when it is missing. */
export function partOf(data: JsonObject, name: string): JsonObject {
  const part = inventoryOf(data)[name];
  return isJsonObject(part) ? part : {};
}

/** The objects of a list of the inventory. */
export function listOf(data: JsonObject, name: string): JsonObject[] {
  const list = inventoryOf(data)[name];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** The text, or null when it is something else or empty. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The number that the value is or writes, or null. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : null;
}

/** A MAC address out of the plain or the pxelinux form (`01-aa-bb-…`), lower case; null when it is none. */
export function macOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const mac = value.trim().toLowerCase().replaceAll('-', ':');
  const plain = /^01:([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) ? mac.slice(3) : mac;
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(plain) ? plain : null;
}

/** The interface from which the ramdisk was booted, as the ramdisk reports it in either place; null when unknown. */
export function pxeMacOf(data: JsonObject): string | null {
  return macOf(data.boot_interface) ?? macOf(partOf(data, 'boot').pxe_interface);
}
