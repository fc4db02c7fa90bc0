import { Bus } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import { NodeCopies } from '@bessemer/node-copy';
import type { HealthReport } from '@bessemer/telemetry';
import { Injectable } from '@nestjs/common';
import { SegmentManager } from '../segments/segment-manager.js';

/** Says whether the dhcp-manager can do its work. */
@Injectable()
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly copies: NodeCopies,
    private readonly segment: SegmentManager,
  ) {}

  /** Healthy with database and bus, and while the segment's files can be kept. */
  async check(): Promise<HealthReport> {
    const segment = this.segment.state();
    const details = { segment, nodes: this.copies.state() };
    if (!this.bus.isHealthy()) return { healthy: false, reason: 'NATS is not connected.', ...details };
    try {
      await this.database.query('SELECT 1');
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return { healthy: false, reason: `The database does not answer: ${text}`, ...details };
    }
    return { healthy: segment.problem === null, reason: segment.problem?.reason, ...details };
  }
}
