import type { TaskEvent } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { HistoryRepository } from '../history/history.repository.js';
import { entryInState, historyTypeOf, nameOfStep } from '../history/history-entry.js';
import { NodeEvents } from '../nodes/node-events.js';
import type { NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { withRemedy } from './last-error.js';
import { PatchService } from './patch.service.js';

const ended: Partial<NodeRow> = {
  power_task: null,
  power_user: null,
  power_project: null,
  power_reason: null,
  power_since: null,
  power_deadline: null,
  target_power_state: null,
  reservation: null,
};

const doing = (event: TaskEvent): Partial<NodeRow> => ({
  power_reason: event.reason ?? 'Taken by a conductor.',
  power_deadline: event.deadline === undefined ? null : new Date(event.deadline),
});

/** Applies what a power change reports. */
@Injectable()
export class PowerReports {
  constructor(
    private readonly nodes: NodesRepository,
    private readonly patches: PatchService,
    private readonly events: NodeEvents,
    private readonly history: HistoryRepository,
  ) {}

  /** Applies the next event of the node's power change and returns the node. */
  async apply(tx: Transaction, node: NodeRow, event: TaskEvent): Promise<NodeRow> {
    const changes = await this.patches.apply(tx, node, event.patch);
    const counted = { ...changes, power_seq: event.seq };
    switch (event.what) {
      case 'started':
        return this.nodes.update(tx, node, { ...counted, ...doing(event), reservation: event.conductor });
      case 'finished':
        return this.finish(tx, node, counted);
      case 'failed':
        return this.fail(tx, node, event, counted);
      default:
        return this.nodes.update(tx, node, { ...counted, ...doing(event) });
    }
  }

  /** Ends the power change for an event of it that could not be applied. */
  giveUp(tx: Transaction, node: NodeRow, event: TaskEvent, reason: string): Promise<NodeRow> {
    const message = `What conductor ${event.conductor} reported could not be applied: ${reason}`;
    return this.fail(tx, node, { ...event, failure: { code: 'internal', message } }, {});
  }

  private async finish(tx: Transaction, node: NodeRow, changes: Partial<NodeRow>): Promise<NodeRow> {
    const to = node.target_power_state;
    const updated = await this.nodes.update(tx, node, { ...changes, ...ended });
    await this.events.announce(tx, updated, 'power_set', 'end', { to_power: to });
    return updated;
  }

  private async fail(tx: Transaction, node: NodeRow, event: TaskEvent, changes: Partial<NodeRow>): Promise<NodeRow> {
    const error = event.failure?.message ?? `Failed to change power state to '${String(node.target_power_state)}'.`;
    const to = node.target_power_state;
    const updated = await this.nodes.update(tx, node, {
      ...changes,
      ...ended,
      last_error: withRemedy(error, event.failure?.remedy),
    });
    const entry = {
      severity: 'ERROR',
      event: error,
      event_type: historyTypeOf('power'),
      conductor: event.conductor,
      step: nameOfStep(event.step),
    } as const;
    await this.history.add(tx, entryInState(node, entry, { user: node.power_user, project: node.power_project }));
    await this.events.announce(tx, updated, 'power_set', 'error', { to_power: to });
    return updated;
  }
}
