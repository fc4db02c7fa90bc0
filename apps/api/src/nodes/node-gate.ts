import { Database, type Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Inject, Injectable } from '@nestjs/common';
import { anyRevision, type Expectation, requireRevision } from '../records/revision.js';
import { inTransaction } from '../records/write.js';
import { type Decide, NodeChanges, type ShowAs } from './node-changes.js';
import { NodeReleases } from './node-releases.js';
import { holderOf, isBusy, type NodeRow } from './node-row.js';
import { NodesRepository } from './nodes.repository.js';

/** How long a request waits for a node that somebody works on, milliseconds (the injection token of it). */
export const LOCK_WAIT_MS = Symbol('LOCK_WAIT_MS');

/** The refusal of a request to a node that somebody works on, as Ironic's clients know it. */
export const nodeLocked = (node: NodeRow): BessemerError =>
  new BessemerError(
    'node-locked',
    `Node ${node.uuid} is locked by host ${holderOf(node)}, please retry after the current operation is completed.`,
  );

/** A revision never comes back, so that a request for an older one need not wait. */
function requireReady(node: NodeRow, request: Expectation): void {
  requireRevision(node, request);
  if (isBusy(node)) throw new NodeBusy(node);
}

const whenReady =
  (request: Expectation, decide: Decide): Decide =>
  async (found, tx) => {
    requireReady(found.node, request);
    return decide(found, tx);
  };

class NodeBusy extends BessemerError {
  constructor(readonly node: NodeRow) {
    super('node-locked', 'busy');
  }
}

/** Lets requests at a node only while nobody works on it; others wait for a while, then are refused. */
@Injectable()
export class NodeGate {
  constructor(
    private readonly database: Database,
    private readonly nodes: NodesRepository,
    private readonly changes: NodeChanges,
    private readonly releases: NodeReleases,
    @Inject(LOCK_WAIT_MS) private readonly waitMs: number,
  ) {}

  /**
   * Runs the work in one transaction with the node locked and free.
   *
   * @param request the one that is meant for the node itself; absent for one at what belongs to the node, whose
   *   `If-Match` names a revision of another record
   * @throws `not-found`; `node-locked` when the node is not free within two seconds; `precondition-failed` when it has
   *   another revision than the request is meant for
   */
  whenFree<T>(
    ident: string,
    work: (tx: Transaction, node: NodeRow) => Promise<T>,
    request: Expectation = anyRevision,
  ): Promise<T> {
    return this.waiting(() =>
      inTransaction(this.database, async (tx) => {
        const node = await this.nodes.lock(tx, ident);
        requireReady(node, request);
        return work(tx, node);
      }),
    );
  }

  /**
   * Changes the node as soon as it is free, together with others that are changed at the same time.
   *
   * @param request the one that asks for the change
   * @returns the node as it is then, as JSON text, if it is to be shown
   * @throws `not-found`; `node-locked` when the node is not free within two seconds; `precondition-failed` when it has
   *   another revision than the request is meant for; whatever `decide` refuses with
   */
  change(uuid: string, request: Expectation, decide: Decide, showAs?: ShowAs): Promise<string | undefined> {
    return this.waiting(() => this.changes.change(uuid, whenReady(request, decide), showAs));
  }

  /** Like {@link change}, in a transaction of its own: for what depends on other nodes. */
  changeAlone(uuid: string, request: Expectation, decide: Decide, showAs?: ShowAs): Promise<string | undefined> {
    return this.waiting(() => this.changes.changeAlone(uuid, whenReady(request, decide), showAs));
  }

  /**
   * The node as soon as nobody works on it; it may be taken again at once, so that a change afterwards is a
   * compare-and-set.
   *
   * @param request as for {@link whenFree}
   * @throws `node-locked` when the node is not free within two seconds; `precondition-failed` when it has another
   *   revision than the request is meant for
   */
  free(read: () => Promise<NodeRow>, request: Expectation = anyRevision): Promise<NodeRow> {
    return this.waiting(async () => {
      const node = await read();
      requireReady(node, request);
      return node;
    });
  }

  private async waiting<T>(attempt: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.waitMs;
    for (;;) {
      const watch = this.releases.watch();
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof NodeBusy)) throw error;
        const left = deadline - performance.now();
        if (left <= 0) throw nodeLocked(error.node);
        await watch.until(error.node.uuid, left);
      } finally {
        watch.close();
      }
    }
  }
}
