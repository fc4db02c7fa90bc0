import { Database, type Transaction } from '@bessemer/database';
import { mayAllocate, provisionStates } from '@bessemer/lifecycle';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '../http/tokens.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { inTransaction } from '../records/write.js';
import { type AllocationRow, AllocationsRepository } from './allocations.repository.js';

const sweepMs = 5000;
const allocatable = provisionStates.filter(mayAllocate);

/** Gives nodes to the allocations that wait for one: woken by a request, swept besides. */
@Injectable()
export class AllocationMatcher implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(
    private readonly database: Database,
    private readonly allocations: AllocationsRepository,
    private readonly nodes: NodesRepository,
    private readonly events: NodeEvents,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.wake(), sweepMs);
    this.wake();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Looks for allocations that wait, after the look that is under way. */
  wake(): void {
    this.running = this.running
      .then(() => (this.isStopped ? undefined : this.matchAll()))
      .catch((error: unknown) => this.logger.error({ err: error }, 'matching allocations failed'));
  }

  private async matchAll(): Promise<void> {
    let matched = 1;
    while (matched > 0 && !this.isStopped)
      matched = await inTransaction(this.database, async (tx) => {
        const waiting = await this.allocations.waiting(tx);
        for (const allocation of waiting) await this.match(tx, allocation);
        return waiting.length;
      });
  }

  private async match(tx: Transaction, allocation: AllocationRow): Promise<void> {
    const node = await this.allocations.match(tx, allocation, allocatable);
    if (node === undefined) {
      await this.allocations.update(tx, allocation, {
        state: 'error',
        last_error: `Failed to process allocation ${allocation.uuid}: no available nodes match the resource class ${String(allocation.resource_class)}, the traits and the candidates.`,
      });
      return;
    }
    await this.allocations.update(tx, allocation, { state: 'active', node_uuid: node.uuid, last_error: null });
    const given = await this.nodes.update(tx, node, {
      instance_uuid: allocation.uuid,
      instance_info: { ...node.instance_info, traits: allocation.traits },
    });
    await this.events.announce(tx, given, 'update', 'end');
  }
}
