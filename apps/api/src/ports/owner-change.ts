import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate, nodeLocked } from '../nodes/node-gate.js';
import { isBusy, type NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import type { RecordValues } from '../records/record-body.js';
import { ConcurrentChangeError, duplicateIn } from '../records/write.js';

const nouns: Readonly<Record<string, string>> = { address: 'MAC address', name: 'name', uuid: 'UUID' };

function duplicate(noun: string, constraint: string, values: RecordValues): BessemerError {
  const field = Object.keys(nouns).find((name) => constraint.includes(name)) ?? 'uuid';
  return new BessemerError('conflict', `A ${noun} with ${nouns[field]} ${String(values[field])} already exists.`, {
    field,
  });
}

/** Changes of what belongs to a node and may move to another: ports and port groups. */
@Injectable()
export class OwnerChange {
  constructor(
    private readonly gate: NodeGate,
    private readonly nodes: NodesRepository,
    private readonly events: NodeEvents,
  ) {}

  /**
   * Runs a change in one transaction, with the owner locked and free.
   *
   * @param noun how a refusal names the record, for example `port`
   * @param values what is to be written; a refusal names the one that another record has already
   * @throws `not-found`; `node-locked` when the node is not free in time; `conflict` for a value that is taken
   */
  async within(
    owner: string,
    noun: string,
    values: RecordValues,
    work: (tx: Transaction, node: NodeRow) => Promise<void>,
  ): Promise<void> {
    try {
      await this.gate.whenFree(owner, work);
    } catch (error) {
      const constraint = duplicateIn(error);
      throw constraint === undefined ? error : duplicate(noun, constraint, values);
    }
  }

  /** The record, if it still belongs to the node that is locked; when it has moved meanwhile the work begins anew. */
  unmoved<Row extends { uuid: string; node_uuid: string }>(row: Row, node: NodeRow): Row {
    if (row.node_uuid !== node.uuid) throw new ConcurrentChangeError('Record', row.uuid);
    return row;
  }

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
