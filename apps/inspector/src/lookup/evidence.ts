import { isIP } from 'node:net';
import type { JsonObject } from '@bessemer/contracts';
import { inventoryOf, listOf, macOf, partOf, textOf } from '../hooks/inventory.js';

/** What inspection data says about which machine it is of. */
export interface Evidence {
  /** The UUID that the ramdisk was booted with. */
  uuid: string | null;
  macs: string[];
  bmcAddresses: string[];
  serial: string | null;
}

/** What machines report for "no BMC". */
const noAddress = new Set(['', '0.0.0.0', '::', '::/0']);
/** What firmware says of a serial number that nobody set. */
const noSerial =
  /^(0+|none|not (specified|available|applicable)|to be filled by o\.?e\.?m\.?|default string|system serial number|n\/a)$/i;

/** The evidence in the data: what hooks found valid, else the inventory itself. */
export function evidenceOf(data: JsonObject, uuid: string | null): Evidence {
  const macs = listOf(data, 'interfaces').map((item) => macOf(item.mac_address));
  const inventory = inventoryOf(data);
  const addresses = [inventory.bmc_address, inventory.bmc_v6address].map((item) => textOf(item)?.split('/')[0] ?? '');
  const serial = textOf(partOf(data, 'system_vendor').serial_number)?.trim() ?? null;
  return {
    uuid,
    macs: [...new Set(macs.filter((mac) => mac !== null))],
    bmcAddresses: addresses.filter(isTelling),
    serial: serial === null || noSerial.test(serial) ? null : serial,
  };
}

/** Loopback addresses name the machine that asks, not one of many. */
function isTelling(address: string): boolean {
  return !noAddress.has(address) && isIP(address) !== 0 && !address.startsWith('127.') && address !== '::1';
}

/** The evidence in words, for messages. */
export function describeEvidence(evidence: Evidence): string {
  const parts = [
    evidence.uuid === null ? '' : `node ${evidence.uuid}`,
    `MAC addresses [${evidence.macs.join(', ')}]`,
    `BMC addresses [${evidence.bmcAddresses.join(', ')}]`,
    evidence.serial === null ? '' : `serial number ${evidence.serial}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
