import { isJsonObject } from '@bessemer/contracts';
import type { InventoryInterface, Processing } from '../introspections/processing.js';
import type { Hook, HookSettings } from './hook.js';

/**
 * Creates the ports that are missing, tells each port whether the machine boots from it, and deletes the ones that the
 * operator does not want kept.
 */
export class PortsHook implements Hook {
  readonly name = 'ports';
  readonly dependencies = ['validate-interfaces'] as const;

  constructor(private readonly settings: HookSettings) {}

  process({ data, node, knownMacs }: Processing): void {
    const all = interfacesOf(data.all_interfaces);
    const valid = interfacesOf(data.valid_interfaces);
    const knowsPxe = all.some((item) => item.pxe);
    const added = this.settings.addPorts === 'disabled' ? [] : valid;
    for (const item of all) {
      const isAdded = added.some((other) => other.mac === item.mac);
      if (!isAdded && !knownMacs.includes(item.mac)) continue;
      node.upsertPort({
        address: item.mac,
        ...(knowsPxe ? { pxe_enabled: item.pxe } : {}),
        ...(item.client_id === null ? {} : { extra: { 'client-id': item.client_id } }),
      });
    }
    const kept = this.kept(all, added);
    if (kept === null) return;
    for (const mac of knownMacs) if (!kept.has(mac)) node.removePort(mac);
  }

  private kept(all: InventoryInterface[], added: InventoryInterface[]): Set<string> | null {
    if (this.settings.keepPorts === 'all') return null;
    return new Set((this.settings.keepPorts === 'present' ? all : added).map((item) => item.mac));
  }
}

function interfacesOf(value: unknown): InventoryInterface[] {
  if (!isJsonObject(value)) return [];
  return Object.values(value)
    .filter(isJsonObject)
    .map((item) => ({
      ip: typeof item.ip === 'string' ? item.ip : null,
      mac: String(item.mac),
      client_id: typeof item.client_id === 'string' ? item.client_id : null,
      pxe: item.pxe === true,
    }));
}
