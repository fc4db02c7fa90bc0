import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type PortRecord, type SnapshotRow } from '@bessemer/contracts';
import type { NodeRow } from './node-row.js';

/** Nobody looks a machine up by more characters than these, and the index of a copy takes no value of any length. */
const longest = 255;

/** The host in an address of `driver_info`: a URL, `host:port`, `[v6]:port`, or the bare host. */
export function hostOf(address: string): string | null {
  const text = address.trim();
  if (text === '') return null;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return URL.canParse(text) ? bare(new URL(text).hostname) : null;
  if (text.split(':').length > 2 && !text.startsWith('[')) return text.toLowerCase();
  return URL.canParse(`http://${text}`) ? bare(new URL(`http://${text}`).hostname) : null;
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase();

function bmcAddresses(driverInfo: JsonObject): string[] {
  const hosts = Object.entries(driverInfo)
    .filter(([name]) => name.endsWith('_address'))
    .flatMap(([, value]) => (typeof value === 'string' ? [hostOf(value)] : []));
  return [...new Set(hosts.filter((host): host is string => host !== null && host.length <= longest))];
}

function serialOf(node: NodeRow): string | null {
  for (const holder of [node.properties, node.extra]) {
    const serial = isJsonObject(holder) ? (holder['serial_number'] ?? holder['serial']) : null;
    if (typeof serial === 'string' && serial.length <= longest) return serial;
  }
  return null;
}

/** Whether copies are the same but for the revision. */
export const isSameCopy = (one: SnapshotRow, other: SnapshotRow): boolean =>
  isDeepStrictEqual({ ...one, revision: 0 }, { ...other, revision: 0 });

/** What other services may hold a copy of. */
export function copyOf(node: NodeRow, ports: readonly Pick<PortRecord, 'address'>[]): SnapshotRow {
  return {
    uuid: node.uuid,
    revision: node.revision,
    name: node.name,
    provision_state: node.provision_state,
    power_state: node.power_state,
    maintenance: node.maintenance,
    task: node.task,
    epoch: node.epoch,
    driver: node.driver,
    conductor_group: node.conductor_group,
    macs: ports.map((port) => port.address),
    bmc_addresses: bmcAddresses(node.driver_info),
    serial: serialOf(node),
  };
}
