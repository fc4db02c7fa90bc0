import { isJsonObject } from '@bessemer/contracts';
import { longestIdentifier } from './bmc-addresses.js';

const names = ['serial_number', 'serial'] as const;

/** The serial number that a node is found by: the first text among those of its `properties` and `extra` that is not too long. */
export function serialNumberOf({ properties, extra }: { properties?: unknown; extra?: unknown }): string | null {
  for (const holder of [properties, extra]) {
    if (!isJsonObject(holder)) continue;
    for (const name of names) {
      const serial = holder[name];
      if (typeof serial === 'string' && serial.length <= longestIdentifier) return serial;
    }
  }
  return null;
}
