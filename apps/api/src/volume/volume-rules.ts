import { BessemerError } from '@bessemer/errors';
import { mayDeleteVolumeWhilePoweredOn } from '@bessemer/lifecycle';
import { type NodeRow, powerStateOf, stateOf } from '../nodes/node-row.js';
import { behaves } from '../versions/behaviours.js';

/**
 * Refuses a change of what a machine may be using at this moment (reference: api.md §5).
 *
 * @param action what was asked for, in the words of the refusal, for example `volume target update`
 * @throws `invalid-state` unless the node is powered off
 */
export function requirePoweredOff(node: NodeRow, action: string): void {
  if (powerStateOf(node.power_state) === 'power off') return;
  throw new BessemerError(
    'invalid-state',
    `The requested action "${action}" can not be performed on node "${node.uuid}" while it is in state "${node.power_state ?? 'unknown'}".`,
    { field: 'power_state', remedy: 'Power the node off first.' },
  );
}

/**
 * Refuses the deletion of what a machine may be using at this moment (reference: api.md §5).
 *
 * @param action like `volume target deletion`
 * @param minor the minor number of the API version
 * @throws `invalid-state` unless the node is powered off, or nothing is deployed on it yet
 */
export function requireVolumeDeletable(node: NodeRow, action: string, minor: number): void {
  if (behaves('delete-volumes-powered-on', minor) && mayDeleteVolumeWhilePoweredOn(stateOf(node))) return;
  requirePoweredOff(node, action);
}
