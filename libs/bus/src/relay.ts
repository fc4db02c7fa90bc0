import type { Database } from '@bessemer/database';
import type { Logger } from '@bessemer/telemetry';
import type { Bus } from './bus.js';

/** How a relay works. */
export interface RelayOptions {
  database: Database;
  bus: Bus;
  logger: Logger;
  /** Time between two sweeps, milliseconds. */
  sweepMs?: number;
  /** How long sent rows are kept, milliseconds. */
  retentionMs?: number;
  /** After how long a command without confirmation is published again, milliseconds. */
  confirmAfterMs?: number;
}

/** Publishes the outbox of one schema. */
export class Relay {
  constructor(readonly options: RelayOptions) {}

  async start(): Promise<void> {
    this.wake();
  }

  async stop(): Promise<void> {
    this.wake();
  }

  wake(): void {
    this.options.logger.trace('relay woken');
  }
}
