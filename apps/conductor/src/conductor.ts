import type { Bus, Relay } from '@bessemer/bus';
import type { Database } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Announcer } from './announcements/announcer.js';
import type { Dispatcher } from './dispatch/dispatcher.js';
import type { HardwareCatalogue } from './hardware/hardware-catalogue.js';
import type { Health } from './health/health.js';
import type { Leases } from './leases/leases.js';
import type { QuestionsHandlers } from './questions/questions.handlers.js';
import type { TasksHandlers } from './tasks/tasks.handlers.js';
import { wakeChannel } from './tasks/tasks.repository.js';

/** The parts of a conductor that are started and stopped. */
export interface ConductorParts {
  readonly database: Database;
  readonly bus: Bus;
  readonly relay: Relay;
  readonly leases: Leases;
  readonly dispatcher: Dispatcher;
  readonly catalogue: Pick<HardwareCatalogue, 'stop'>;
  readonly tasks: TasksHandlers;
  readonly questions: QuestionsHandlers;
  readonly announcer: Announcer;
  readonly health: Health;
}

/** Starts and stops a conductor's parts in their order. */
export class Conductor implements OnApplicationShutdown {
  constructor(
    private readonly parts: ConductorParts,
    private readonly logger: Logger,
  ) {}

  /**
   * Announces the conductor, takes over what was left behind, and takes work.
   * @param healthPort 0: no health endpoint
   */
  async start(healthPort: number): Promise<void> {
    const { relay, leases, dispatcher, tasks, questions, announcer, health, database } = this.parts;
    leases.start();
    await relay.start();
    await database.listen(wakeChannel, (task) => dispatcher.wake(task === '' ? undefined : task));
    dispatcher.start();
    await questions.start();
    await tasks.start();
    await announcer.start();
    await health.start(healthPort);
    this.logger.info('conductor started');
  }

  /** Takes no more work, lets running steps come to an end, hands the rest over, leaves the BMCs, says good-bye. */
  async onApplicationShutdown(): Promise<void> {
    const { relay, leases, dispatcher, catalogue, tasks, questions, announcer, health, database, bus } = this.parts;
    await tasks.stop();
    await questions.stop();
    await dispatcher.stop();
    for (const problem of await catalogue.stop()) this.logger.warn({ err: problem }, 'a driver did not stop in order');
    await announcer.stop();
    await relay.stop();
    await leases.stop();
    await health.stop();
    await bus.close();
    await database.close();
    this.logger.info('conductor stopped');
  }
}
