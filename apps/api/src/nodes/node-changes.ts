import { Outbox, type OutboxMessage } from '@bessemer/bus';
import { Database, isDatabaseUnavailable, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { Gatherer } from '../records/gatherer.js';
import { inTransaction } from '../records/write.js';
import type { NodeRow } from './node-row.js';
import { type ChangedNode, NodeViews } from './node-views.js';
import { type LoadedNode, NodesRepository } from './nodes.repository.js';

/** What is to become of a node. */
export interface NodeChange {
  readonly changes: Partial<NodeRow>;
  /** Whether the allocation that holds it is to be deleted. */
  readonly endsAllocation?: boolean;
  /** What is told of the change, made from the row as it is after it. */
  messages(after: NodeRow): readonly OutboxMessage[];
}

/**
 * Decides on a change of a node that is locked; null leaves it as it is. It reads through `tx` and writes nothing:
 * others may share the transaction.
 */
export type Decide = (found: LoadedNode, tx: Transaction) => Promise<NodeChange | null>;

/** Like {@link Decide}, for a change that what belongs to the node does not matter to. */
export type DecideRow = (node: NodeRow, tx: Transaction) => Promise<NodeChange | null>;

/** How a request is to be shown the node that it changes. */
export type ShowAs = Pick<ChangedNode, 'showing' | 'view'>;

interface Asked {
  readonly uuid: string;
  readonly decide: Decide;
  readonly showAs?: ShowAs;
  /** Whether what belongs to the node is to be read too. */
  readonly withBelongings: boolean;
}

interface Decided {
  readonly node: NodeRow;
  readonly change: NodeChange;
}

/** What came of a batch: of each change in their order, and how the nodes are shown that are to be. */
interface Changed {
  readonly outputs: readonly (Decided | Error | null)[];
  readonly showing: Promise<ReadonlyMap<Asked, string | undefined>>;
}

/** The node is locked, or changed twice in one batch: it has to be changed by itself. */
class AloneError extends Error {}

const isRefusal = (output: Decided | Error | null): output is Error => output instanceof Error;

/**
 * Changes of single nodes. Those that are asked for at the same time are written by one transaction: a statement that
 * locks, one that reads what belongs to them, one that writes, one for what is told of them. A change that is refused does not touch the others.
 */
@Injectable()
export class NodeChanges {
  private readonly together = new Gatherer<Asked, string | undefined>(
    (asked, next) => this.changeTogether(asked, next),
    {
      largest: 48,
      atOnce: 1,
    },
  );

  constructor(
    private readonly database: Database,
    private readonly nodes: NodesRepository,
    private readonly views: NodeViews,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Changes a node under its lock.
   *
   * @returns the node as it is then, as JSON text, if it is to be shown
   * @throws `not-found`; `node-locked` when others keep its row for too long; whatever `decide` refuses with
   */
  change(uuid: string, decide: Decide, showAs?: ShowAs): Promise<string | undefined> {
    return this.ask({ uuid, decide, withBelongings: true, ...(showAs === undefined ? {} : { showAs }) });
  }

  /** Like {@link change}; what belongs to the node is not read. */
  async changeRow(uuid: string, decide: DecideRow): Promise<void> {
    await this.ask({ uuid, decide: ({ node }, tx) => decide(node, tx), withBelongings: false });
  }

  /** Like {@link change}, in a transaction of its own: for what depends on other nodes, which may change in the same batch. */
  changeAlone(uuid: string, decide: Decide, showAs?: ShowAs): Promise<string | undefined> {
    return this.askAlone({ uuid, decide, withBelongings: true, ...(showAs === undefined ? {} : { showAs }) });
  }

  private async ask(asked: Asked): Promise<string | undefined> {
    try {
      return await this.together.do(asked);
    } catch (error) {
      if (!(error instanceof AloneError)) throw error;
      return this.askAlone(asked);
    }
  }

  private async changeTogether(
    asked: readonly Asked[],
    letNextBegin: () => void,
  ): Promise<(string | undefined | Error)[]> {
    const change = async (tx: Transaction): Promise<Changed> => {
      const changed = await this.changeAll(tx, asked);
      letNextBegin();
      return changed;
    };
    const committed = await this.database.transaction(change, { readsFirst: true }).catch((error) => {
      if (isDatabaseUnavailable(error)) throw error;
      return null;
    });
    // One change has spoilt the transaction of all, for example by a name that another node has; each finds out by itself.
    if (committed === null) return asked.map(() => new AloneError());
    const shown = await committed.showing;
    return asked.map((one, index) => {
      const output = committed.outputs[index] ?? null;
      return isRefusal(output) ? output : shown.get(one);
    });
  }

  private async changeAll(tx: Transaction, asked: readonly Asked[]): Promise<Changed> {
    const loading = asked.filter(({ withBelongings }) => withBelongings).map(({ uuid }) => uuid);
    const found = await this.nodes.lockAll(tx, [...new Set(asked.map(({ uuid }) => uuid))], loading);
    const outputs: (Decided | Error | null)[] = [];
    for (const { uuid, decide } of asked) {
      const loaded = found.get(uuid);
      found.delete(uuid);
      outputs.push(loaded === undefined ? new AloneError() : await decided(loaded, decide, tx));
    }
    await this.write(
      tx,
      outputs.filter((output): output is Decided => output !== null && !isRefusal(output)),
    );
    const showing = this.show(
      tx,
      asked.filter((_, index) => !isRefusal(outputs[index] ?? null)),
    );
    tx.withCommit(showing);
    return { outputs, showing };
  }

  private async askAlone(asked: Asked): Promise<string | undefined> {
    const { uuid, decide, withBelongings } = asked;
    const { showing } = await inTransaction(this.database, async (tx) => {
      const loaded = await this.nodes.load(tx, await this.nodes.lock(tx, uuid), withBelongings);
      const change = await decide(loaded, tx);
      if (change !== null) await this.write(tx, [{ node: loaded.node, change }]);
      const shown = this.show(tx, [asked]);
      tx.withCommit(shown);
      return { showing: shown };
    });
    return (await showing).get(asked);
  }

  /** The nodes as the transaction has made them, for those that are to be shown theirs. All is sent when this returns. */
  private async show(tx: Transaction, asked: readonly Asked[]): Promise<Map<Asked, string | undefined>> {
    const wanted = asked.flatMap((one) => (one.showAs === undefined ? [] : [{ one, uuid: one.uuid, ...one.showAs }]));
    const items = wanted.length === 0 ? [] : await this.views.showWithin(tx, wanted);
    return new Map(wanted.map(({ one }, index) => [one, items[index]]));
  }

  private async write(tx: Transaction, decisions: readonly Decided[]): Promise<void> {
    const released = decisions.filter(({ change }) => change.endsAllocation === true).map(({ node }) => node.uuid);
    if (released.length > 0) await tx.query('DELETE FROM allocations WHERE node_uuid = ANY($1::uuid[])', [released]);
    const after = await this.nodes.updateAll(
      tx,
      decisions.map(({ node, change }) => ({ node, changes: change.changes })),
    );
    const messages = decisions.flatMap(({ change }, index) => {
      const row = after[index];
      return row === undefined ? [] : change.messages(row);
    });
    tx.withCommit(this.outbox.addAll(tx, messages));
  }
}

async function decided(loaded: LoadedNode, decide: Decide, tx: Transaction): Promise<Decided | Error | null> {
  try {
    const change = await decide(loaded, tx);
    return change === null ? null : { node: loaded.node, change };
  } catch (error) {
    if (error instanceof BessemerError) return error;
    throw error;
  }
}
