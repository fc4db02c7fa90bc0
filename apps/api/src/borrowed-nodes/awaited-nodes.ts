import { Database } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '../http/tokens.js';
import { NodeReleases } from '../nodes/node-releases.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { TaskStart } from '../tasks/task-start.js';

/** A task that waits for a node which is not its own. */
export interface Waiter {
  readonly task: string;
  /** The task's own node. */
  readonly node: string;
  readonly epoch: number;
}

/** Longer no task waits without asking again. */
const forgottenAfterMs = 60_000;

interface Awaited {
  readonly since: number;
  readonly waiters: Map<string, Waiter>;
}

/**
 * Tells a task at once that the node which it waits for is free. It is kept in memory alone: a task that is not told
 * asks again by itself.
 */
@Injectable()
export class AwaitedNodes implements OnApplicationShutdown {
  private readonly awaited = new Map<string, Awaited>();
  private stopListening: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly releases: NodeReleases,
    private readonly nodes: NodesRepository,
    private readonly tasks: TaskStart,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.stopListening = this.releases.onRelease((uuid) => {
      this.tell(uuid).catch((error: unknown) =>
        this.logger.warn({ err: error, node: uuid }, 'tasks that wait for a node were not told that it is free'),
      );
    });
  }

  onApplicationShutdown(): void {
    this.stopListening?.();
  }

  /** Notes that a task waits for a node. */
  add(uuid: string, waiter: Waiter): void {
    const now = performance.now();
    for (const [other, { since }] of this.awaited) if (now - since > forgottenAfterMs) this.awaited.delete(other);
    const waiters = this.awaited.get(uuid)?.waiters ?? new Map<string, Waiter>();
    this.awaited.set(uuid, { since: now, waiters: waiters.set(waiter.task, waiter) });
  }

  /** Notes that a task waits for a node no more. */
  remove(uuid: string, task: string): void {
    this.awaited.get(uuid)?.waiters.delete(task);
  }

  private async tell(uuid: string): Promise<void> {
    const waiters = [...(this.awaited.get(uuid)?.waiters.values() ?? [])];
    this.awaited.delete(uuid);
    for (const { task, node, epoch } of waiters) {
      const row = await this.nodes.find(node);
      if (row === undefined) continue;
      await this.database.transaction((tx) =>
        this.tasks.signal(tx, row, { task, kind: 'released', epoch, data: { node: uuid } }),
      );
    }
  }
}
