import type { JsonObject, StepInfo, TaskEvent, TaskKind } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import {
  advance,
  completionEventOf,
  followingTask,
  isFault,
  isLifecycleEvent,
  isStable,
  isTaskKind,
  isWorking,
  type LifecycleEvent,
  taskOf,
} from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import { HistoryRepository } from '../history/history.repository.js';
import { entryInState, historyTypeOf, nameOfStep, requesterOf } from '../history/history-entry.js';
import { NodeEvents } from '../nodes/node-events.js';
import { intoMaintenance } from '../nodes/node-maintenance.js';
import { isAtRest, type NodeRow, stateOf, targetOf } from '../nodes/node-row.js';
import { type Cause, NodeTransitions, type Transition } from '../nodes/node-transitions.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { duplicateIn } from '../records/write.js';
import { withRemedy } from './last-error.js';
import { PatchService } from './patch.service.js';
import { RefusedPatchError } from './refused-patch.js';
import { acceptedTask, noTask, TaskStart } from './task-start.js';

const stepFields: Partial<Record<TaskKind, 'clean_step' | 'deploy_step' | 'service_step'>> = {
  clean: 'clean_step',
  undeploy: 'clean_step',
  deploy: 'deploy_step',
  service: 'service_step',
};

/** A step in the form that clients know: what a user gave, and nothing of how it is run. */
function shownStep(field: string | undefined, step: StepInfo): JsonObject {
  const { interface: kind, step: name, priority, abortable, args, child } = step;
  const common = { interface: kind, step: name, priority, argsinfo: null };
  if (field === 'deploy_step') return common;
  return {
    ...common,
    abortable,
    ...(args === undefined ? {} : { args }),
    ...(child === undefined ? {} : { execute_on_child_nodes: true, limit_child_node_execution: [child] }),
  };
}

/** The step as the node shows it while it runs. */
function stepChanges(event: TaskEvent): Partial<NodeRow> {
  const field = stepFields[event.kind];
  const isOver = event.what === 'step-finished';
  const step: StepInfo | null = isOver ? null : (event.step ?? null);
  const shown = step === null ? {} : shownStep(field, step);
  return { task_step: step === null ? null : { ...step }, ...(field === undefined ? {} : { [field]: shown }) };
}

/** Why the event moves the node, for history. */
const causeOf = (node: NodeRow, event: TaskEvent): { conductor: string; step: string | null } & Cause => ({
  eventType: event.kind,
  conductor: event.conductor,
  requester: requesterOf(node),
  step: nameOfStep(event.step ?? node.task_step),
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const timeOf = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));

/** Applies what a conductor reports of the node's task. The next state is always the lifecycle's answer. */
@Injectable()
export class TaskReports {
  constructor(
    private readonly nodes: NodesRepository,
    private readonly transitions: NodeTransitions,
    private readonly patches: PatchService,
    private readonly events: NodeEvents,
    private readonly start: TaskStart,
    private readonly history: HistoryRepository,
  ) {}

  /** Applies the next event of the node's task and returns the node. */
  async apply(tx: Transaction, node: NodeRow, event: TaskEvent): Promise<NodeRow> {
    await tx.query('SAVEPOINT report');
    try {
      return await this.report(tx, node, event);
    } catch (error) {
      const isDuplicate = duplicateIn(error) !== undefined;
      if (!(error instanceof RefusedPatchError) && !isDuplicate) throw error;
      await tx.query('ROLLBACK TO SAVEPOINT report');
      const reason = isDuplicate ? 'A value that the task reported belongs to another node.' : messageOf(error);
      return this.refuse(tx, node, event, reason);
    }
  }

  private async report(tx: Transaction, node: NodeRow, event: TaskEvent): Promise<NodeRow> {
    const changes = await this.patches.apply(tx, node, event.patch);
    const counted = {
      ...changes,
      task_seq: event.seq,
      task_owner: event.conductor,
      // Another conductor may have taken the task over.
      ...(node.reservation === null || isAtRest(node) ? {} : { reservation: event.conductor }),
    };
    switch (event.what) {
      case 'accepted':
        return this.nodes.update(tx, node, { ...counted, task_reason: 'Taken by a conductor.' });
      case 'started':
        return this.nodes.update(tx, node, { ...counted, ...this.working(event), reservation: event.conductor });
      case 'step-started':
        return this.stepped(tx, node, event, { ...counted, ...this.working(event), ...stepChanges(event) });
      case 'step-finished':
        return this.stepped(tx, node, event, { ...counted, ...stepChanges(event) });
      case 'progress':
        return this.stepped(tx, node, event, { ...counted, ...this.working(event) });
      case 'waiting':
      case 'held':
        return this.rest(tx, node, event, counted);
      case 'finished':
        return this.finish(tx, node, event, counted);
      case 'failed':
        return this.fail(tx, node, event, counted);
    }
  }

  /**
   * Fails the node's task for an event of it that could not be applied: no later one could be either, and the node would
   * wait for ever.
   */
  giveUp(tx: Transaction, node: NodeRow, event: TaskEvent, reason: string): Promise<NodeRow> {
    return this.refuse(tx, node, event, `What conductor ${event.conductor} reported could not be applied: ${reason}`);
  }

  private working(event: TaskEvent): Partial<NodeRow> {
    return {
      task_reason: event.reason ?? (event.step ? `Runs ${nameOfStep(event.step)}.` : 'Works.'),
      task_since: new Date(event.at),
      task_deadline: timeOf(event.deadline),
      ...(event.waits_for === undefined ? {} : { task_waits_for: event.waits_for }),
    };
  }

  private next(node: NodeRow, event: LifecycleEvent): Transition | null {
    const step = advance(stateOf(node), targetOf(node), event);
    return step.ok ? { event, state: step.state, target: step.target } : null;
  }

  private transitionOf(node: NodeRow, event: TaskEvent): Transition | null {
    if (event.transition === undefined || event.transition === null) return null;
    if (!isLifecycleEvent(event.transition))
      throw new BessemerError('invalid', `The task event names the unknown transition ${event.transition}.`);
    // A node that was retired in the meantime, or is cleaned by hand, ends elsewhere than the task could know.
    const isCompletion = event.what === 'finished' && event.transition === 'done';
    return this.next(
      node,
      isCompletion && event.kind === 'clean'
        ? completionEventOf('clean', { target: targetOf(node), retired: node.retired })
        : event.transition,
    );
  }

  private async stepped(tx: Transaction, node: NodeRow, event: TaskEvent, changes: Partial<NodeRow>): Promise<NodeRow> {
    const transition = this.transitionOf(node, event);
    const cause = causeOf(node, event);
    const updated =
      transition === null
        ? await this.nodes.update(tx, node, changes)
        : await this.transitions.move(tx, node, transition, cause, changes);
    if (event.what === 'step-finished' && updated.abort_after) return this.abortNow(tx, updated, event);
    if (transition === null && event.patch !== undefined) await this.events.announce(tx, updated, 'update', 'end');
    return updated;
  }

  /** An abort that had to wait for the end of a step. */
  private async abortNow(tx: Transaction, node: NodeRow, event: TaskEvent): Promise<NodeRow> {
    const transition = this.next(node, 'abort') ?? this.next(node, 'fail');
    if (transition === null || node.task === null) return node;
    const error = `By request, the ${event.kind} operation was aborted after the step ${nameOfStep(event.step)}.`;
    const aborted = await this.transitions.move(
      tx,
      node,
      transition,
      { ...causeOf(node, event), error, isByRequest: true },
      { abort_after: false, last_error: error, epoch: node.epoch + 1, task_seq: 0, task_reason: 'Aborted; cleans up.' },
    );
    await this.start.signal(
      tx,
      aborted,
      { task: node.task, kind: 'abort', epoch: aborted.epoch, data: { reason: error } },
      true,
    );
    return aborted;
  }

  private async rest(tx: Transaction, node: NodeRow, event: TaskEvent, changes: Partial<NodeRow>): Promise<NodeRow> {
    const resting = {
      ...changes,
      ...(event.step === undefined ? {} : stepChanges(event)),
      reservation: null,
      task_reason: event.reason ?? null,
      task_since: new Date(event.at),
      task_deadline: timeOf(event.deadline),
      task_waits_for: event.waits_for ?? null,
    };
    const transition = this.transitionOf(node, event);
    if (transition === null) return this.nodes.update(tx, node, resting);
    const cause = causeOf(node, event);
    return this.transitions.move(tx, node, transition, cause, resting);
  }

  private async finish(tx: Transaction, node: NodeRow, event: TaskEvent, changes: Partial<NodeRow>): Promise<NodeRow> {
    const ending = isLifecycleEvent(node.task_ending) ? node.task_ending : null;
    const transition =
      this.transitionOf(node, event) ?? (event.transition || ending === null ? null : this.next(node, ending));
    if (transition === null) {
      const updated = await this.nodes.update(tx, node, { ...changes, ...noTask });
      await this.events.announce(tx, updated, 'update', 'end');
      return updated;
    }
    const following = isTaskKind(event.kind) ? followingTask(event.kind) : null;
    if (following !== null && isWorking(transition.state)) return this.follow(tx, node, event, transition, changes);
    const cause = causeOf(node, event);
    const settled = isStable(transition.state) && node.task_ending === null ? { last_error: null } : {};
    return this.transitions.move(tx, node, transition, cause, { ...changes, ...settled, ...noTask });
  }

  /** Cleaning follows an undeploy by itself: a new task, in the transaction that ends the old one. */
  private async follow(
    tx: Transaction,
    node: NodeRow,
    event: TaskEvent,
    transition: Transition,
    changes: Partial<NodeRow>,
  ): Promise<NodeRow> {
    const kind = taskOf(transition.state) ?? 'clean';
    const moved = await this.transitions.move(tx, node, transition, causeOf(node, event), {
      ...changes,
      ...noTask,
      ...acceptedTask(node, kind, requesterOf(node)),
    });
    await this.start.command(
      tx,
      moved,
      kind,
      { uuid: String(moved.task), epoch: moved.epoch },
      { verb: 'deleted', arguments: {}, requestId: `task-${event.task}`, user: node.task_user },
    );
    return moved;
  }

  private async fail(tx: Transaction, node: NodeRow, event: TaskEvent, changes: Partial<NodeRow>): Promise<NodeRow> {
    const error = event.failure?.message ?? `The ${event.kind} task failed.`;
    const fault = event.failure?.fault;
    const all: Partial<NodeRow> = {
      ...changes,
      ...noTask,
      last_error: withRemedy(error, event.failure?.remedy),
      ...(isFault(fault) ? intoMaintenance(node, error, fault) : {}),
    };
    const transition = this.transitionOf(node, event) ?? this.next(node, 'fail');
    if (transition === null) {
      const updated = await this.nodes.update(tx, node, all);
      const { conductor, step } = causeOf(node, event);
      const entry = {
        severity: 'ERROR',
        event: error,
        event_type: historyTypeOf(event.kind),
        conductor,
        step,
      } as const;
      await this.history.add(tx, entryInState(node, entry));
      await this.events.announce(tx, updated, 'update', 'error');
      return updated;
    }
    return this.transitions.move(tx, node, transition, { ...causeOf(node, event), error }, all);
  }

  /**
   * A value of the patch is refused: the task has failed for that reason. If it goes on nevertheless, the next epoch
   * tells it to stop.
   */
  private async refuse(tx: Transaction, node: NodeRow, event: TaskEvent, reason: string): Promise<NodeRow> {
    const { patch: _, transition: __, ...rest } = event;
    const failed = await this.fail(
      tx,
      node,
      { ...rest, what: 'failed', failure: { code: 'patch-refused', message: reason } },
      { task_seq: event.seq, epoch: node.epoch + 1 },
    );
    if (event.what !== 'finished' && event.what !== 'failed')
      await this.start.signal(tx, node, {
        task: event.task,
        kind: 'cancel',
        epoch: node.epoch + 1,
        data: { reason },
      });
    return failed;
  }
}
