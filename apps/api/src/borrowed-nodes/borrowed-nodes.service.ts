import type { BorrowAnswer, BorrowQuestion, TaskEvent } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { isBessemerError } from '@bessemer/errors';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ChildrenRepository } from '../children/children.repository.js';
import { HistoryRepository } from '../history/history.repository.js';
import { entryInState, historyTypeOf, nameOfStep, type Requester } from '../history/history-entry.js';
import { LOGGER } from '../http/tokens.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate } from '../nodes/node-gate.js';
import { holderOf, type NodeRow, recordOf } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { inTransaction } from '../records/write.js';
import { withRemedy } from '../tasks/last-error.js';
import { PatchService } from '../tasks/patch.service.js';
import { slotHolding } from '../tasks/task-slot.js';
import { AwaitedNodes } from './awaited-nodes.js';
import { BorrowedNodesRepository } from './borrowed-nodes.repository.js';

const sweepMs = 5000;

const returned: Partial<NodeRow> = { reservation: null, borrower: null, borrower_task: null };

/**
 * Lends nodes to the tasks of their parents and children: whoever works on a node has its reservation, also when it is
 * the task of another node (docs/adr/0010).
 */
@Injectable()
export class BorrowedNodesService implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly nodes: NodesRepository,
    private readonly repository: BorrowedNodesRepository,
    private readonly children: ChildrenRepository,
    private readonly gate: NodeGate,
    private readonly awaited: AwaitedNodes,
    private readonly patches: PatchService,
    private readonly events: NodeEvents,
    private readonly history: HistoryRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Begins to look for nodes whose borrower's task is over, though its end has not returned them. */
  start(): void {
    this.timer = setInterval(() => {
      this.returnAbandoned().catch((error: unknown) =>
        this.logger.error({ err: error }, 'returning borrowed nodes failed'),
      );
    }, sweepMs);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Lends a node, as soon as it is free, to a task that may have it; waits for it no longer than a request does. */
  async borrow(question: BorrowQuestion): Promise<BorrowAnswer> {
    const borrower = await this.nodes.find(question.node);
    const slot = borrower && slotHolding(borrower, question.task, question.epoch);
    if (slot === undefined) return { verdict: 'refused', reason: 'The task is no longer the task of the node.' };
    // What was reported before may return the very node that is asked for.
    if (question.seq > slot.seq) return { verdict: 'behind' };
    const node = await this.nodes.find(question.borrowed);
    if (node === undefined || !(await this.areRelated(question.node, node.uuid))) return { verdict: 'gone' };
    if (question.onlyLook) return this.granted(node, question);
    // Noted before it is tried, so that no release falls between.
    this.awaited.add(node.uuid, question);
    const answer = await this.tryLending(question);
    if (answer.verdict !== 'busy') this.awaited.remove(node.uuid, question.task);
    return answer;
  }

  /**
   * Applies what an event tells of a borrowed node.
   *
   * @param requester who asked for the task
   * @returns what the event tells of the task's own node
   */
  async apply(tx: Transaction, event: TaskEvent, requester: Requester): Promise<TaskEvent> {
    const { borrowed, patch, failure, ...own } = event;
    if (borrowed === undefined) return event;
    const node = await this.nodes.lockIfThere(tx, borrowed.node);
    if (node?.borrower_task !== event.task) return own;
    const changes = await this.patches.apply(tx, node, patch);
    const updated = await this.nodes.update(tx, node, {
      ...changes,
      ...(failure === undefined ? {} : { last_error: withRemedy(failure.message, failure.remedy) }),
      ...(borrowed.returned ? returned : { reservation: event.conductor }),
    });
    if (failure !== undefined) {
      const entry = {
        severity: 'ERROR',
        event: failure.message,
        event_type: historyTypeOf('power'),
        conductor: event.conductor,
        step: nameOfStep(event.step),
      } as const;
      await this.history.add(tx, entryInState(node, entry, requester));
    }
    if (patch !== undefined) await this.events.announce(tx, updated, 'update', failure === undefined ? 'end' : 'error');
    return own;
  }

  /** Returns all that a task has borrowed, in the transaction that ends the task. */
  async returnAll(tx: Transaction, task: string): Promise<void> {
    for (const uuid of await this.repository.ofTask(tx, task)) await this.giveBack(tx, uuid, task);
  }

  private async tryLending(question: BorrowQuestion): Promise<BorrowAnswer> {
    try {
      return await this.granted((await this.lendAgain(question)) ?? (await this.lend(question)), question);
    } catch (error) {
      if (isBessemerError(error) && error.code === 'not-found') return { verdict: 'gone' };
      if (!isBessemerError(error) || error.code !== 'node-locked') throw error;
      const node = await this.nodes.find(question.borrowed);
      return node === undefined
        ? { verdict: 'gone' }
        : { verdict: 'busy', reason: `it is locked by host ${holderOf(node)}` };
    }
  }

  private async lendAgain(question: BorrowQuestion): Promise<NodeRow | undefined> {
    return inTransaction(this.database, async (tx) => {
      const node = await this.nodes.lock(tx, question.borrowed);
      if (node.borrower_task !== question.task) return undefined;
      // Another conductor may have taken the task over.
      if (node.reservation === question.conductor) return node;
      return this.nodes.update(tx, node, { reservation: question.conductor });
    });
  }

  private lend(question: BorrowQuestion): Promise<NodeRow> {
    return this.gate.whenFree(question.borrowed, (tx, node) =>
      this.nodes.update(tx, node, {
        reservation: question.conductor,
        borrower: question.node,
        borrower_task: question.task,
      }),
    );
  }

  private async granted(node: NodeRow, { task }: BorrowQuestion): Promise<BorrowAnswer> {
    const [traits, ports, children] = await Promise.all([
      this.nodes.traits(node.uuid),
      this.nodes.ports(node.uuid),
      this.children.of(node.uuid),
    ]);
    const isLent = node.borrower_task === task;
    return { verdict: 'granted', node: recordOf(node, traits), ports, children, isLent };
  }

  private async areRelated(one: string, other: string): Promise<boolean> {
    return (await this.children.isWithin(other, one)) || (await this.children.isWithin(one, other));
  }

  private async giveBack(tx: Transaction, uuid: string, task: string): Promise<void> {
    const node = await this.nodes.lockIfThere(tx, uuid);
    if (node?.borrower_task === task) await this.nodes.update(tx, node, returned);
  }

  private async returnAbandoned(): Promise<void> {
    for (const { uuid, borrower_task: task } of await this.repository.abandoned())
      await inTransaction(this.database, (tx) => this.giveBack(tx, uuid, task));
  }
}
