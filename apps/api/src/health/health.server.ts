import { createServer, type Server } from 'node:http';
import { Bus } from '@bessemer/bus';
import { Database } from '@bessemer/database';
import { Injectable } from '@nestjs/common';

/** How the service is. */
export interface Health {
  readonly status: 'ok' | 'failing';
  readonly reason?: string;
}

/** Whether the api can work: database and bus answer. */
@Injectable()
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
  ) {}

  async check(): Promise<Health> {
    if (!this.bus.isHealthy()) return { status: 'failing', reason: 'NATS is not connected' };
    try {
      await this.database.query('SELECT 1');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { status: 'failing', reason: `the database does not answer: ${reason}` };
    }
    return { status: 'ok' };
  }
}

/** `GET /health` on the loopback interface, on a port of its own. */
export class HealthServer {
  private readonly server: Server;

  constructor(health: HealthService) {
    this.server = createServer((request, response) => {
      const answer = request.url === '/health' ? health.check() : Promise.resolve(undefined);
      void answer.then((found) => {
        response.writeHead(found === undefined ? 404 : found.status === 'ok' ? 200 : 503, {
          'content-type': 'application/json',
        });
        response.end(JSON.stringify(found ?? { status: 'unknown path' }));
      });
    });
  }

  /** Listens on 127.0.0.1; port 0 takes a free one. */
  async start(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
