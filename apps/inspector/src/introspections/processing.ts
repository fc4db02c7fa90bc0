import type { JsonObject } from '@bessemer/contracts';
import type { ApiCall } from '../rules/api-call.js';
import type { NodeDraft } from './node-draft.js';

/** One network interface of the inventory, as hooks and rules know it. */
export interface InventoryInterface {
  ip: string | null;
  mac: string;
  client_id: string | null;
  /** Whether the machine booted from it. */
  pxe: boolean;
}

/** What hooks and rules work on. */
export interface Processing {
  /** The ramdisk's data without logs; hooks and rules add to it. Everything but `inventory` is plugin data. */
  data: JsonObject;
  node: NodeDraft;
  /** Addresses of the ports that the node has, lower case. */
  knownMacs: readonly string[];
  /** What went not quite right, for the log and the introspection's record. */
  warnings: string[];
  /** Requests that rules ask for; nothing is sent while rules are applied. */
  calls: ApiCall[];
}

/** The processed data in the form that Ironic's inventory endpoint answers. */
export function inventoryDocument(data: JsonObject): { inventory: JsonObject; plugin_data: JsonObject } {
  const { inventory, error: _error, ...rest } = data;
  return { inventory: (inventory ?? {}) as JsonObject, plugin_data: rest };
}
