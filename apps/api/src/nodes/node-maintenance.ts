import type { Fault } from '@bessemer/lifecycle';
import type { NodeRow } from './node-row.js';

/**
 * The change that sets a node into maintenance.
 *
 * @param node the row as it is
 * @param fault what is wrong with the machine, where Bessemer itself has found that
 */
export const intoMaintenance = (node: NodeRow, reason: string | null, fault?: Fault): Partial<NodeRow> => ({
  maintenance: true,
  maintenance_reason: reason,
  maintenance_since: sinceWhen(node, true),
  ...(fault === undefined ? {} : { fault }),
});

/** The change that takes a node out of maintenance. */
export const outOfMaintenance: Partial<NodeRow> = {
  maintenance: false,
  maintenance_reason: null,
  maintenance_since: null,
  fault: null,
};

/** Since when a node is in maintenance after a change of the flag. */
export function sinceWhen(node: NodeRow, isInMaintenance: boolean): Date | null {
  if (!isInMaintenance) return null;
  return node.maintenance ? node.maintenance_since : new Date();
}
