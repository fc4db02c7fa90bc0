import { isDeepStrictEqual } from 'node:util';
import type { SnapshotRow } from '@bessemer/contracts';
import { longestIdentifier } from './bmc-addresses.js';
import type { NodeRow } from './node-row.js';

/** Whether copies are the same but for the revision. */
export function isSameCopy(one: SnapshotRow, other: SnapshotRow): boolean {
  const names = Object.keys(one) as (keyof SnapshotRow)[];
  return names.every((name) => name === 'revision' || isDeepStrictEqual(one[name], other[name]));
}

/** About how many bytes of JSON a message may have, well below the limit of the bus. */
const largestMessage = 128 * 1024;
/** How many bytes a copy has at most but for its lists, and each item of those. */
const bytesOf = { copy: 1600, mac: 20, address: longestIdentifier + 3 };

/** Copies, as many together as fit into a message. */
export function inMessages(copies: readonly SnapshotRow[]): SnapshotRow[][] {
  const messages: SnapshotRow[][] = [];
  let room = 0;
  for (const copy of copies) {
    const size = bytesOf.copy + bytesOf.mac * copy.macs.length + bytesOf.address * copy.bmc_addresses.length;
    if (size > room) {
      messages.push([]);
      room = largestMessage;
    }
    messages.at(-1)?.push(copy);
    room -= size;
  }
  return messages;
}

/**
 * What other services may hold a copy of.
 *
 * @param macs of the node's ports, in the order in which those came
 */
export function copyOf(node: NodeRow, macs: string[]): SnapshotRow {
  return {
    uuid: node.uuid,
    incarnation: node.incarnation,
    revision: node.revision,
    name: node.name,
    provision_state: node.provision_state,
    power_state: node.power_state,
    maintenance: node.maintenance,
    task: node.task,
    epoch: node.epoch,
    driver: node.driver,
    conductor_group: node.conductor_group,
    macs,
    bmc_addresses: node.bmc_addresses,
    serial: node.serial_number,
  };
}
