import { Database } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '../http/tokens.js';

const everyMs = 3_600_000;
const entriesOfNode = 300;
const parkedFor = "interval '7 days'";

/** Keeps history to 300 entries a node, as Ironic does, and forgets parked events that nothing will ever call for. */
@Injectable()
export class Retention implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.sweep().catch((error: unknown) => this.logger.error({ err: error }, 'retention failed'));
    }, everyMs);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Deletes what is beyond its retention. */
  async sweep(): Promise<void> {
    await this.database.query(
      `DELETE FROM node_history WHERE id IN (
         SELECT id FROM (
           SELECT id, row_number() OVER (PARTITION BY node_uuid ORDER BY id DESC) AS place FROM node_history
         ) AS placed WHERE place > $1)`,
      [entriesOfNode],
    );
    await this.database.query(`DELETE FROM parked_task_events WHERE parked_at < now() - ${parkedFor}`);
  }
}
