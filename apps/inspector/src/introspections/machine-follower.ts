import type { Transaction } from '@bessemer/database';
import { isFailure, isProvisionState, isUnderInspection, isWaiting } from '@bessemer/lifecycle';
import type { NodeChange } from '@bessemer/node-copy';
import { Injectable } from '@nestjs/common';
import { IntrospectionsRepository } from './introspections.repository.js';

/** Opens and ends introspections as machines come to wait for one and cease to. */
@Injectable()
export class MachineFollower {
  constructor(private readonly introspections: IntrospectionsRepository) {}

  /** Applies changes of the copy of nodes, in their transaction. */
  async follow(changes: readonly NodeChange[], tx: Transaction): Promise<void> {
    for (const change of changes) await this.followOne(change, tx);
  }

  private async followOne({ uuid, before, after }: NodeChange, tx: Transaction): Promise<void> {
    if (after === null) {
      await this.introspections.forget(tx, uuid);
      return;
    }
    const { provision_state: state, task } = after;
    if (!isProvisionState(state)) return;
    if (before !== null && before.provision_state === state && before.task === task) return;
    const inspectTask = isUnderInspection(state) && typeof task === 'string' ? task : null;
    if (inspectTask !== null && isWaiting(state)) await this.introspections.open(tx, uuid, inspectTask);
    if (inspectTask === null && before === null) return;
    const failed = isFailure(state) || inspectTask !== null;
    const error = `The inspection ended before the machine called back; the node is "${state}" now.`;
    await this.introspections.endWaiting(tx, uuid, {
      state: failed ? 'error' : 'finished',
      error: failed ? error : null,
      exceptTask: inspectTask,
    });
  }
}
