import { isIP } from 'node:net';
import type { JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { InventoryInterface } from '../introspections/processing.js';
import type { AddPorts, Hook, HookSettings } from './hook.js';
import { inventoryOf, listOf, macOf, pxeMacOf, textOf } from './inventory.js';

/**
 * Sorts out the machine's network interfaces: `all_interfaces`, the ones that become ports (`valid_interfaces`, which
 * ironic-inspector calls `interfaces`) and their `macs`.
 */
export class ValidateInterfacesHook implements Hook {
  readonly name = 'validate-interfaces';

  constructor(private readonly settings: Pick<HookSettings, 'addPorts'>) {}

  before(data: JsonObject): void {
    if (Object.keys(inventoryOf(data)).length === 0)
      throw new BessemerError('invalid', 'Hardware inventory is empty or missing', { field: 'inventory' });
    const listed = listOf(data, 'interfaces');
    if (listed.length === 0)
      throw new BessemerError('invalid', 'No network interfaces provided in the inventory', {
        field: 'inventory.interfaces',
      });
    const all = usable(listed, pxeMacOf(data));
    if (Object.keys(all).length === 0)
      throw new BessemerError('invalid', 'No valid network interfaces found in the inventory', {
        field: 'inventory.interfaces',
      });
    const valid = chosen(all, this.settings.addPorts);
    if (Object.keys(valid).length === 0)
      throw new BessemerError(
        'invalid',
        `No network interfaces match the configuration: ports are added for "${this.settings.addPorts}" interfaces`,
        { field: 'inventory.interfaces' },
      );
    data.all_interfaces = jsonOf(all);
    data.valid_interfaces = jsonOf(valid);
    data.interfaces = jsonOf(valid);
    data.macs = Object.values(valid).map((item) => item.mac);
  }
}

function jsonOf(interfaces: Record<string, InventoryInterface>): JsonObject {
  return Object.fromEntries(Object.entries(interfaces).map(([name, item]) => [name, { ...item }]));
}

function usable(listed: JsonObject[], pxeMac: string | null): Record<string, InventoryInterface> {
  const interfaces: Record<string, InventoryInterface> = {};
  for (const item of listed) {
    const name = textOf(item.name);
    const mac = macOf(item.mac_address);
    const ip = addressOf(item.ipv4_address) ?? addressOf(item.ipv6_address);
    if (name === null || mac === null || name === 'lo' || (ip !== null && isLoopback(ip))) continue;
    interfaces[name] = { ip, mac, client_id: textOf(item.client_id), pxe: mac === pxeMac };
  }
  return interfaces;
}

/** Without a PXE interface, the ones that have an address stand for it. */
function chosen(all: Record<string, InventoryInterface>, addPorts: AddPorts): Record<string, InventoryInterface> {
  const hasPxe = Object.values(all).some((item) => item.pxe);
  const keep = (item: InventoryInterface): boolean => {
    if (addPorts === 'pxe' && hasPxe) return item.pxe;
    if (addPorts === 'pxe' || addPorts === 'active') return item.ip !== null;
    return true;
  };
  return Object.fromEntries(Object.entries(all).filter(([, item]) => keep(item)));
}

function addressOf(value: unknown): string | null {
  const address = textOf(value)?.split('%')[0] ?? '';
  return isIP(address) === 0 ? null : address;
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
