import type { Transaction } from '@bessemer/database';
import {
  finishesInspection,
  isFailure,
  type LifecycleEvent,
  type ProvisionState,
  provisionNotificationStatus,
  releasesInstance,
  type StableState,
  startsInspection,
} from '@bessemer/lifecycle';
import { Injectable } from '@nestjs/common';
import { HistoryRepository } from '../history/history.repository.js';
import { historyTypeOf, type Requester, secondsInState } from '../history/history-entry.js';
import { VifsRepository } from '../vifs/vifs.repository.js';
import { NodeEvents } from './node-events.js';
import { type NodeRow, stateOf } from './node-row.js';
import { NodesRepository } from './nodes.repository.js';

/** Where a node goes, and why. */
export interface Transition {
  readonly event: LifecycleEvent;
  readonly state: ProvisionState;
  readonly target: StableState | null;
}

/** Who caused a transition, for history. */
export interface Cause {
  /** The kind of the task, or what history shall call it. */
  readonly eventType: string;
  readonly requester: Requester;
  readonly conductor?: string | null;
  /** The step at which it happened. */
  readonly step?: string | null;
  /** The error with which a task ended; becomes `last_error`. */
  readonly error?: string;
  /** Whether it ended so because somebody asked for it: that is no error of the node. */
  readonly isByRequest?: boolean;
}

/** Moves nodes along the lifecycle: the record, its times, history and the public event, in one transaction. */
@Injectable()
export class NodeTransitions {
  constructor(
    private readonly nodes: NodesRepository,
    private readonly history: HistoryRepository,
    private readonly events: NodeEvents,
    private readonly vifs: VifsRepository,
  ) {}

  /**
   * Moves the node to a state that the lifecycle has given.
   *
   * @param changes what else changes in the record at the same time
   */
  async move(
    tx: Transaction,
    node: NodeRow,
    transition: Transition,
    cause: Cause,
    changes: Partial<NodeRow> = {},
  ): Promise<NodeRow> {
    const from = stateOf(node);
    if (releasesInstance(from, transition.state)) {
      await tx.query('DELETE FROM allocations WHERE node_uuid = $1', [node.uuid]);
      await this.vifs.detachAll(tx, node.uuid);
    }
    const moved = await this.nodes.update(tx, node, {
      provision_state: transition.state,
      target_provision_state: transition.target,
      provision_updated_at: new Date(),
      ...consequences(from, transition.state),
      ...changes,
    });
    await this.history.add(tx, {
      node_uuid: node.uuid,
      severity: cause.error === undefined || cause.isByRequest === true ? 'INFO' : 'ERROR',
      event: cause.error ?? toldMove(from, transition.state, cause.step),
      event_type: historyTypeOf(cause.eventType),
      conductor: cause.conductor ?? null,
      user: cause.requester.user,
      project: cause.requester.project,
      state: transition.state,
      target_provision_state: transition.target,
      duration_seconds: secondsInState(node),
      step: cause.step ?? null,
    });
    await this.events.announce(
      tx,
      moved,
      'provision_set',
      cause.error === undefined ? provisionNotificationStatus(transition.event, from, transition.state) : 'error',
      {
        event: transition.event,
        previous_provision_state: from,
        previous_target_provision_state: node.target_provision_state,
      },
    );
    return moved;
  }
}

const toldMove = (from: ProvisionState, to: ProvisionState, step: string | null | undefined): string =>
  `${from} → ${to}${typeof step === 'string' ? ` at the step ${step}` : ''}`;

/** What a transition changes in the record besides the state. */
function consequences(from: ProvisionState, to: ProvisionState): Partial<NodeRow> {
  return {
    ...(startsInspection(from, to) ? { inspection_started_at: new Date(), inspection_finished_at: null } : {}),
    ...(finishesInspection(from, to) ? { inspection_started_at: null, inspection_finished_at: new Date() } : {}),
    ...(releasesInstance(from, to) ? { instance_info: {}, instance_uuid: null, instance_name: null } : {}),
    ...(isFailure(to) ? { task_step: null } : {}),
  };
}
