import {
  type ForgetAgentAnswer,
  type ForgetAgentQuestion,
  type NodeFieldsAnswer,
  type ResumeAnswer,
  type ResumeQuestion,
  type SnapshotAnswer,
  type SnapshotQuestion,
} from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import { advance } from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import { nameOfStep, requesterOf } from '../history/history-entry.js';
import { copyOf } from '../nodes/node-copy.js';
import { isAtRest, type NodeRow, stateOf, targetOf } from '../nodes/node-row.js';
import { NodeTransitions } from '../nodes/node-transitions.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { inTransaction } from '../records/write.js';
import { slotHolding } from './task-slot.js';
import { noAgent } from './task-start.js';

const largestSnapshot = 1000;

const refused = (state: string, reason: string): ResumeAnswer => ({
  verdict: 'refused',
  provision_state: state,
  reason,
});

/** Answers what conductors and the keepers of copies ask: the node's row is the only arbiter. */
@Injectable()
export class TaskQuestionsService {
  constructor(
    private readonly database: Database,
    private readonly nodes: NodesRepository,
    private readonly transitions: NodeTransitions,
  ) {}

  /** May the task go on? Moves the node out of its wait when it may. */
  resume(question: ResumeQuestion): Promise<ResumeAnswer> {
    return inTransaction(this.database, async (tx) => {
      const node = await this.nodes.lockIfThere(tx, question.node);
      if (node === undefined) return refused('', 'The node was deleted.');
      const slot = slotHolding(node, question.task, question.epoch);
      if (slot === undefined) return refused(node.provision_state, 'The task is no longer the task of the node.');
      const isForeign =
        node.reservation !== null && (node.reservation !== question.conductor || node.borrower_task !== null);
      const isTaken = isForeign || (node.power_task !== null && !slot.isPower);
      if (question.seq > slot.seq || (isTaken && isAtRest(node)))
        return { verdict: 'behind', provision_state: node.provision_state };
      const resumed = slot.isPower || !isAtRest(node) ? node : await this.leaveWait(tx, node, question);
      const reserved =
        resumed.reservation === question.conductor
          ? resumed
          : await this.nodes.update(tx, resumed, { reservation: question.conductor, task_owner: question.conductor });
      return { verdict: 'granted', provision_state: reserved.provision_state };
    });
  }

  private async leaveWait(tx: Transaction, node: NodeRow, question: ResumeQuestion): Promise<NodeRow> {
    const next = advance(stateOf(node), targetOf(node), 'resume');
    if (!next.ok) return node;
    return this.transitions.move(
      tx,
      node,
      { event: 'resume', state: next.state, target: next.target },
      {
        eventType: node.task_kind ?? 'provisioning',
        conductor: question.conductor,
        requester: requesterOf(node),
        step: nameOfStep(node.task_step),
      },
      {
        reservation: question.conductor,
        task_owner: question.conductor,
        task_reason: `Goes on: ${question.cause}.`,
        task_since: new Date(),
        task_deadline: null,
      },
    );
  }

  /** The machine is off: its agent's token and address are void. */
  forgetAgent(question: ForgetAgentQuestion): Promise<ForgetAgentAnswer> {
    return inTransaction(this.database, async (tx) => {
      const node = await this.nodes.lockIfThere(tx, question.node);
      const isHeld = node?.borrower_task === question.task;
      if (node === undefined || (!isHeld && slotHolding(node, question.task, question.epoch) === undefined))
        return { verdict: 'refused' };
      await this.nodes.update(tx, node, noAgent(node));
      return { verdict: 'forgotten' };
    });
  }

  /** What a node's record holds that no copy has. */
  async fieldsOf(uuid: string): Promise<NodeFieldsAnswer> {
    const node = await this.nodes.find(uuid);
    if (node === undefined) return { fields: null };
    const { revision, properties, extra } = node;
    return { fields: { revision, properties, extra } };
  }

  /** A page of nodes, by UUID, for whoever builds a copy. */
  async snapshot(question: SnapshotQuestion): Promise<SnapshotAnswer> {
    const limit = Math.min(Math.max(question.limit, 1), largestSnapshot);
    const rows = await this.database.query<NodeRow & { macs: string[] }>(
      `SELECT n.*, ARRAY(SELECT p.address FROM ports p WHERE p.node_uuid = n.uuid ORDER BY p.id) AS macs
       FROM nodes n WHERE $1::uuid IS NULL OR n.uuid > $1::uuid ORDER BY n.uuid LIMIT $2`,
      [question.after ?? null, limit],
    );
    const last = rows.at(-1);
    return {
      rows: rows.map((row) => copyOf(row, row.macs)),
      next: rows.length === limit && last !== undefined ? last.uuid : null,
    };
  }
}
