import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bus } from '@bessemer/bus';
import type { Database } from '@bessemer/database';

/** `GET /health` on the loopback interface: 200 when database and bus are fine, 503 with the reason otherwise. */
export class Health {
  private server: Server | undefined;

  /** @param load how many tasks are worked on */
  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly host: string,
    private readonly load: () => number,
  ) {}

  /**
   * Listens.
   * @param port 0: nowhere
   */
  async start(port: number): Promise<void> {
    if (port === 0) return;
    const server = createServer((request, response) => {
      void this.answer(request.url).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  }

  /** Where it listens, once started. */
  get port(): number | undefined {
    return (this.server?.address() as AddressInfo | null)?.port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private async answer(url: string | undefined): Promise<{ status: number; body: object }> {
    if (url !== '/health') return { status: 404, body: { status: 'unknown path' } };
    if (!this.bus.isHealthy()) return { status: 503, body: { status: 'failing', reason: 'NATS is not connected' } };
    try {
      await this.database.query('SELECT 1');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { status: 503, body: { status: 'failing', reason: `the database does not answer: ${reason}` } };
    }
    return { status: 200, body: { status: 'ok', conductor: this.host, tasks: this.load() } };
  }
}
