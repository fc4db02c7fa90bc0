import { Database, type Transaction } from '@bessemer/database';
import { mayAllocate, provisionStates } from '@bessemer/lifecycle';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '../http/tokens.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { inTransaction } from '../records/write.js';
import { type AllocationRow, AllocationsRepository, type NearMisses } from './allocations.repository.js';
import { JoinedLooks } from './joined-looks.js';

const sweepMs = 5000;
const shortestPauseMs = 100;
const longestPauseMs = 1000;
const allocatable = provisionStates.filter(mayAllocate);

/** An allocation that was looked at, and whether it is settled: active or in error. */
interface Looked {
  readonly id: string;
  readonly isSettled: boolean;
}

/** Why no node fits, in Ironic's words where it has some (recorded). */
function reasonOf(
  { resource_class: wantedClass, traits, candidate_nodes: candidates }: AllocationRow,
  { isAnyAvailable, ofUnknownPower }: NearMisses,
): string {
  if (ofUnknownPower !== null)
    return `node ${ofUnknownPower} matches, but its power state is unknown; it can be allocated once its BMC has told it.`;
  if (isAnyAvailable) return `no suitable nodes have the requested traits ${traits.join(', ')}.`;
  return candidates.length === 0
    ? `no available nodes match the resource class ${String(wantedClass)}.`
    : `none of the requested nodes are available and match the resource class ${String(wantedClass)}.`;
}

/** Gives nodes to the allocations that wait for one: woken by a request, swept besides. */
@Injectable()
export class AllocationMatcher implements OnApplicationShutdown {
  private readonly looks = new JoinedLooks(() => this.look());
  private sweepTimer: NodeJS.Timeout | undefined;
  private pauseTimer: NodeJS.Timeout | undefined;
  private pauseMs = shortestPauseMs;

  constructor(
    private readonly database: Database,
    private readonly allocations: AllocationsRepository,
    private readonly nodes: NodesRepository,
    private readonly events: NodeEvents,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.sweepTimer = setInterval(() => this.wake(), sweepMs);
    this.wake();
  }

  /** Resolves when nothing is matched any more. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.sweepTimer);
    await this.looks.stop();
    clearTimeout(this.pauseTimer);
  }

  /** Looks for allocations that wait: now, or after the look that is under way. */
  wake(): void {
    this.looks.wake();
  }

  // What holds up an allocation or its node is short as a rule; the longer it lasts, the less often it is looked at.
  private async look(): Promise<void> {
    clearTimeout(this.pauseTimer);
    try {
      const hasSettled = await this.matchAll();
      const isAnyLeft = await this.allocations.isAnyWaiting();
      this.pauseMs = isAnyLeft && !hasSettled ? Math.min(this.pauseMs * 2, longestPauseMs) : shortestPauseMs;
      if (isAnyLeft) this.pauseTimer = setTimeout(() => this.wake(), this.pauseMs);
    } catch (error) {
      this.logger.error({ err: error }, 'matching allocations failed');
    }
  }

  private async matchAll(): Promise<boolean> {
    let hasSettled = false;
    let looked: Looked | undefined = { id: '0', isSettled: false };
    while (looked !== undefined && !this.looks.isStopped) {
      looked = await this.matchAfter(looked.id);
      hasSettled ||= looked?.isSettled === true;
    }
    return hasSettled;
  }

  private matchAfter(id: string): Promise<Looked | undefined> {
    return inTransaction(this.database, async (tx) => {
      const allocation = await this.allocations.lockWaiting(tx, id);
      return allocation && { id: allocation.id, isSettled: await this.match(tx, allocation) };
    });
  }

  private async match(tx: Transaction, allocation: AllocationRow): Promise<boolean> {
    const node = await this.allocations.lockMatch(tx, allocation, allocatable);
    if (node === undefined) {
      if (await this.allocations.isAnyMatch(tx, allocation, allocatable)) return false;
      await this.fail(tx, allocation);
      return true;
    }
    await this.allocations.update(tx, allocation, { state: 'active', node_uuid: node.uuid, last_error: null });
    const given = await this.nodes.update(tx, node, {
      instance_uuid: allocation.uuid,
      instance_info: { ...node.instance_info, traits: allocation.traits },
    });
    await this.events.announce(tx, given, 'update', 'end');
    return true;
  }

  private async fail(tx: Transaction, allocation: AllocationRow): Promise<void> {
    const holder = await this.allocations.nodeOfInstance(tx, allocation.uuid);
    const reason =
      holder === undefined
        ? reasonOf(allocation, await this.allocations.nearMisses(tx, allocation, allocatable))
        : `node ${holder} is associated with an instance of this UUID already.`;
    await this.allocations.update(tx, allocation, {
      state: 'error',
      last_error: `Failed to process allocation ${allocation.uuid}: ${reason}`,
    });
  }
}
