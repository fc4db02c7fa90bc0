import { type FirmwareComponent, isJsonObject, type Json } from '@bessemer/contracts';
import type { RedfishBmc } from './redfish.js';
import { linkIn, linksIn, objectIn, type Resource } from './resource.js';

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** A component of which the BMC tells a version; undefined of one of which it does not. */
function component(name: string, version: Json | undefined, body: Resource['body']): FirmwareComponent | undefined {
  const current = textOf(version);
  if (current === undefined) return undefined;
  const facts = {
    vendor: textOf(body['Manufacturer']),
    model: textOf(body['Model']),
    serial_number: textOf(body['SerialNumber']),
  };
  const known = Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
  return { component: name, current_version: current, ...known };
}

/** The firmware of the machine, of the BMCs that manage it and of its network adapters: `bios`, `bmc`, `nic:<id>`. */
export async function readComponents(bmc: RedfishBmc): Promise<FirmwareComponent[]> {
  const system = await bmc.system();
  const links = objectIn(system.body, 'Links');
  const found = [component('bios', system.body['BiosVersion'], {})];
  const [manager] = linksIn(links, 'ManagedBy');
  if (manager !== undefined) {
    const { body } = await bmc.get(manager);
    found.push(component('bmc', body['FirmwareVersion'], body));
  }
  for (const chassis of linksIn(links, 'Chassis')) found.push(...(await adaptersOf(bmc, chassis)));
  return found.filter((known) => known !== undefined);
}

async function adaptersOf(bmc: RedfishBmc, chassis: string): Promise<(FirmwareComponent | undefined)[]> {
  const collection = linkIn((await bmc.get(chassis)).body, 'NetworkAdapters');
  if (collection === undefined) return [];
  const found: (FirmwareComponent | undefined)[] = [];
  for (const path of linksIn((await bmc.get(collection)).body, 'Members')) {
    const { body } = await bmc.get(path);
    const controllers = Array.isArray(body['Controllers']) ? body['Controllers'].filter(isJsonObject) : [];
    found.push(component(`nic:${String(body['Id'])}`, controllers[0]?.['FirmwarePackageVersion'], body));
  }
  return found;
}
