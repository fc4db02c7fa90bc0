import { Outbox } from '@bessemer/bus';
import type { TaskEvent } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { BorrowedNodesService } from '../borrowed-nodes/borrowed-nodes.service.js';
import { HistoryRepository } from '../history/history.repository.js';
import { entryInState, historyTypeOf, nameOfStep, requesterOf } from '../history/history-entry.js';
import { LOGGER } from '../http/tokens.js';
import type { NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { ParkedEventsRepository } from './parked-events.repository.js';
import { PowerReports } from './power-reports.js';
import { RefusedPatchError } from './refused-patch.js';
import { TaskReports } from './task-reports.js';
import { slotOf } from './task-slot.js';
import { confirmationOf } from './task-start.js';

/**
 * Takes the events of conductors in their order: only the next one of a task is applied, a later one is parked, an
 * earlier one and one of a task that is no longer the node's change nothing.
 */
@Injectable()
export class TaskEventsService {
  constructor(
    private readonly nodes: NodesRepository,
    private readonly parked: ParkedEventsRepository,
    private readonly history: HistoryRepository,
    private readonly outbox: Outbox,
    private readonly tasks: TaskReports,
    private readonly power: PowerReports,
    private readonly borrowed: BorrowedNodesService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Applies the event, and the parked ones that follow it, in the transaction of the inbox. */
  async receive(tx: Transaction, event: TaskEvent): Promise<void> {
    await this.outbox.settle(tx, confirmationOf(event.task, event.epoch));
    let node = await this.nodes.lockIfThere(tx, event.node);
    if (node === undefined) return;
    const slot = slotOf(node, event.kind);
    if (slot.task !== event.task || slot.epoch !== event.epoch) return this.recordStale(tx, node, event);
    if (event.seq <= slot.seq) return;
    if (event.seq > slot.seq + 1) return this.parked.park(tx, event);
    let next: TaskEvent | undefined = event;
    while (next !== undefined) {
      node = await this.apply(tx, node, next);
      const after = slotOf(node, event.kind);
      next =
        after.task === event.task && after.epoch === event.epoch
          ? await this.parked.take(tx, event.task, event.epoch, after.seq + 1)
          : undefined;
      if (after.task !== event.task || after.epoch !== event.epoch) await this.parked.forget(tx, event.task);
      if (after.task !== event.task) await this.borrowed.returnAll(tx, event.task);
    }
  }

  /** Ends the task of an event that no attempt could apply, in the transaction of the dead letter. */
  async giveUp(tx: Transaction, event: TaskEvent, reason: string): Promise<void> {
    const node = await this.nodes.lockIfThere(tx, event.node);
    if (node === undefined) return;
    const slot = slotOf(node, event.kind);
    if (slot.task !== event.task || slot.epoch !== event.epoch || event.seq <= slot.seq) return;
    await (event.kind === 'power' ? this.power : this.tasks).giveUp(tx, node, event, reason);
    await this.parked.forget(tx, event.task);
    await this.borrowed.returnAll(tx, event.task);
  }

  private async apply(tx: Transaction, node: NodeRow, event: TaskEvent): Promise<NodeRow> {
    const reports = event.kind === 'power' ? this.power : this.tasks;
    if (event.borrowed === undefined) return reports.apply(tx, node, event);
    const requester =
      event.kind === 'power' ? { user: node.power_user, project: node.power_project } : requesterOf(node);
    await tx.query('SAVEPOINT borrowed');
    try {
      return await reports.apply(tx, node, await this.borrowed.apply(tx, event, requester));
    } catch (error) {
      if (!(error instanceof RefusedPatchError)) throw error;
      await tx.query('ROLLBACK TO SAVEPOINT borrowed');
      return reports.giveUp(tx, node, event, `node ${event.borrowed.node}: ${error.message}`);
    }
  }

  /** What a task did that is no longer the node's is worth a line of history, and nothing else. */
  private async recordStale(tx: Transaction, node: NodeRow, event: TaskEvent): Promise<void> {
    this.logger.info({ node: node.uuid, task: event.task, epoch: event.epoch, what: event.what }, 'stale task event');
    if (event.what !== 'failed' && event.what !== 'finished') return;
    const requester = { user: null, project: null };
    const why = event.failure?.message ?? event.reason ?? 'no more is known';
    const entry = {
      severity: 'INFO',
      event: `A ${event.kind} task that was replaced has ${event.what}: ${why}.`,
      event_type: historyTypeOf(event.kind),
      conductor: event.conductor,
      step: nameOfStep(event.step),
    } as const;
    await this.history.add(tx, entryInState(node, entry, requester));
  }
}
