import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { NodeEvents } from '../nodes/node-events.js';
import { nodeLocked } from '../nodes/node-gate.js';
import { isBusy, type NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';

/** The nodes whose ports or port groups a request changes: the owner, and where they move to the new owner. */
@Injectable()
export class OwnerChange {
  constructor(
    private readonly nodes: NodesRepository,
    private readonly events: NodeEvents,
  ) {}

  /**
   * The nodes that a change concerns, locked: the owner alone when it stays the same.
   *
   * @param node the owner, locked
   * @param uuid the owner after the change
   * @throws `invalid` for a node that is not there, `node-locked` for one that somebody works on
   */
  async lock(tx: Transaction, node: NodeRow, uuid: string): Promise<readonly NodeRow[]> {
    if (uuid === node.uuid) return [node];
    const target = await this.nodes.lockIfThere(tx, uuid);
    if (target === undefined)
      throw new BessemerError('invalid', `Node ${uuid} could not be found.`, { field: 'node_uuid' });
    if (isBusy(target)) throw nodeLocked(target);
    return [node, target];
  }

  /** Announces the nodes: what others know of them includes their ports. */
  async announce(tx: Transaction, nodes: readonly NodeRow[]): Promise<void> {
    for (const node of nodes) await this.events.announce(tx, await this.nodes.update(tx, node, {}), 'update', 'end');
  }
}
