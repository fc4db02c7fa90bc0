import { randomUUID } from 'node:crypto';
import { Outbox, type OutboxMessage } from '@bessemer/bus';
import { type JsonObject, type SignalKind, type TaskCommand, type TaskKind, workSubject } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { Injectable } from '@nestjs/common';
import { ChildrenRepository } from '../children/children.repository.js';
import type { Requester } from '../history/history-entry.js';
import { type NodeRow, recordOf } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';

/** Who asked for a task. */
export interface TaskRequest {
  readonly verb: string;
  readonly arguments: JsonObject;
  readonly requestId: string;
  readonly user: string | null;
}

/** A signal to a task. */
export interface TaskSignal {
  readonly task: string;
  readonly kind: SignalKind;
  readonly epoch: number;
  readonly data: JsonObject;
}

type SignalledNode = Pick<NodeRow, 'uuid' | 'conductor_group' | 'driver'>;

/** What the record holds of a task that has just been accepted. */
export const acceptedTask = (node: NodeRow, kind: TaskKind, { user, project }: Requester): Partial<NodeRow> => ({
  task: randomUUID(),
  task_kind: kind,
  epoch: node.epoch + 1,
  task_seq: 0,
  task_owner: null,
  task_user: user,
  task_project: project,
  task_reason: 'Accepted; waits for a conductor.',
  task_since: new Date(),
  task_deadline: null,
  task_waits_for: null,
  task_ending: null,
  task_step: null,
  abort_after: false,
});

/** What the record holds when no task is left. */
export const noTask: Partial<NodeRow> = {
  task: null,
  task_kind: null,
  task_seq: 0,
  task_owner: null,
  task_user: null,
  task_project: null,
  task_reason: null,
  task_since: null,
  task_deadline: null,
  task_waits_for: null,
  task_ending: null,
  task_step: null,
  abort_after: false,
  reservation: null,
  clean_step: {},
  deploy_step: {},
  service_step: {},
};

/** What the record holds when an agent that ran is no longer believed. */
export const noAgent = (node: NodeRow): Partial<NodeRow> => {
  const kept = { ...node.driver_internal_info };
  for (const name of ['agent_url', 'agent_version', 'agent_verify_ca', 'agent_last_heartbeat']) delete kept[name];
  return {
    agent_token: null,
    agent_token_digest: null,
    agent_token_pending_since: null,
    driver_internal_info: kept,
  };
};

/** The name under which a command waits to be settled by the first report of its epoch. */
export const confirmationOf = (task: string, epoch: number): string => `${task}:${epoch}`;

/** Puts the commands of tasks into the outbox, in the transaction that changes the record. */
@Injectable()
export class TaskStart {
  constructor(
    private readonly outbox: Outbox,
    private readonly nodes: NodesRepository,
    private readonly children: ChildrenRepository,
  ) {}

  /**
   * Commands a task on the node.
   *
   * @param node the row after the change, which carries the task
   */
  async command(
    tx: Transaction,
    node: NodeRow,
    kind: TaskKind,
    task: { uuid: string; epoch: number },
    request: TaskRequest,
  ): Promise<void> {
    const traits = await this.nodes.traits(node.uuid, tx);
    const command: TaskCommand = {
      task: task.uuid,
      kind,
      epoch: task.epoch,
      verb: request.verb,
      node: recordOf(node, traits),
      ports: await this.nodes.ports(node.uuid, tx),
      children: await this.children.of(node.uuid, tx),
      arguments: request.arguments,
      requestId: request.requestId,
      user: request.user,
    };
    await this.outbox.add(tx, {
      stream: 'WORK',
      subject: workSubject(kind === 'power' ? 'power' : 'provision', node.conductor_group, node.driver, kind),
      type: `bessemer.task.${kind}`,
      aggregate: node.uuid,
      data: command,
      confirm: confirmationOf(task.uuid, task.epoch),
    });
  }

  /**
   * Signals the node's task.
   *
   * @param isConfirmed whether the signal is repeated until the task reports under the epoch
   */
  async signal(tx: Transaction, node: SignalledNode, signal: TaskSignal, isConfirmed = false): Promise<void> {
    await this.outbox.add(tx, this.signalOf(node, signal, isConfirmed));
  }

  /** The message of {@link signal}. */
  signalOf(node: SignalledNode, signal: TaskSignal, isConfirmed = false): OutboxMessage {
    return {
      stream: 'WORK',
      subject: workSubject('signal', node.conductor_group, node.driver, signal.kind),
      type: `bessemer.signal.${signal.kind}`,
      aggregate: node.uuid,
      data: { ...signal, node: node.uuid },
      ...(isConfirmed ? { confirm: confirmationOf(signal.task, signal.epoch) } : {}),
    };
  }
}
