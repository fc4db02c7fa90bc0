import type { Transaction } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '../http/tokens.js';
import { NodeEvents } from '../nodes/node-events.js';
import { WorkflowsRepository } from './workflows.repository.js';
import { WorkflowsService } from './workflows.service.js';

/** How often due items are looked for without any event, milliseconds. */
const sweepMs = 1000;

/** Wakes the items of a node in the transaction that changes it, and sweeps. */
@Injectable()
export class WorkflowsHandlers implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private isWoken = false;

  constructor(
    private readonly events: NodeEvents,
    private readonly workflows: WorkflowsRepository,
    private readonly service: WorkflowsService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.events.onAnnounced((tx, node) => this.wake(tx, node));
    this.timer = setInterval(() => this.look(), sweepMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.looking;
  }

  private async wake(tx: Transaction, node: string): Promise<void> {
    if (await this.workflows.wake(tx, node)) tx.afterCommit(() => this.look());
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
