import { Consumers, type Received } from '@bessemer/bus';
import { eventDurable, NodeEvent } from '@bessemer/contracts';
import { Database, type Transaction } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '../http/tokens.js';
import { WorkflowsRepository } from './workflows.repository.js';
import { WorkflowsService } from './workflows.service.js';

/** How often due items are looked for without any event, milliseconds. */
const sweepMs = 1000;

/** Wakes the items of a node that has changed, and sweeps. */
@Injectable()
export class WorkflowsHandlers implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isWoken = false;

  constructor(
    private readonly consumers: Consumers,
    private readonly database: Database,
    private readonly workflows: WorkflowsRepository,
    private readonly service: WorkflowsService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.consumers.consume({
      stream: 'EVENTS',
      durable: eventDurable('api', 'api'),
      filter: 'metal.event.api.node.>',
      type: NodeEvent,
      database: this.database,
      deliverFrom: 'new',
      handle: (message, tx) => this.wake(tx, [message]),
      handleAll: (messages, tx) => this.wake(tx, messages),
      concurrency: 1,
    });
    this.timer = setInterval(() => this.look(), sweepMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.looking;
  }

  private async wake(tx: Transaction, messages: readonly Received<NodeEvent>[]): Promise<void> {
    const nodes = messages.map(({ data }) => data.uuid);
    if (await this.workflows.wake(tx, nodes)) tx.afterCommit(() => this.look());
  }

  /** Looks at what is due, once at a time; a wake-up in between leads to another look. */
  look(): void {
    this.isWoken = true;
    this.looking ??= this.drain().finally(() => {
      this.looking = undefined;
    });
  }

  private async drain(): Promise<void> {
    while (this.isWoken) {
      this.isWoken = false;
      try {
        if ((await this.service.advanceDue()) > 0) this.isWoken = true;
      } catch (error) {
        this.logger.error({ err: error }, 'workflows could not be advanced; the next sweep tries again');
      }
    }
  }
}
