import { Bus } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import { NodeCopies } from '@bessemer/node-copy';
import type { HealthReport } from '@bessemer/telemetry';
import { Injectable } from '@nestjs/common';

/** Says whether the inspector can do its work. */
@Injectable()
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly copies: NodeCopies,
  ) {}

  /** Healthy with database and bus; how the copy of nodes stands is told beside it. */
  async check(): Promise<HealthReport> {
    const nodes = this.copies.state();
    if (!this.bus.isHealthy()) return { healthy: false, reason: 'NATS is not connected.', nodes };
    try {
      await this.database.query('SELECT 1');
      return { healthy: true, nodes };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { healthy: false, reason: `The database does not answer: ${text}`, nodes };
    }
  }
}
