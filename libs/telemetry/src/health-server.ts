import { createServer, type Server } from 'node:http';

/** What a service says of itself: `reason` when it is not healthy, and whatever else helps. */
export interface HealthReport {
  healthy: boolean;
  reason?: string;
  [detail: string]: unknown;
}

/** `GET /health` on the loopback interface: 200 when the service is healthy, 503 with the reason otherwise. */
export class HealthServer {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /**
   * @param port 0 takes a free one
   * @param check what the service says of itself; a rejection counts as unhealthy
   */
  static async start(port: number, check: () => Promise<HealthReport>): Promise<HealthServer> {
    const server = createServer((request, response) => {
      void answer(request.url, check).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address();
    return new HealthServer(server, typeof address === 'object' && address !== null ? address.port : port);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

async function answer(
  url: string | undefined,
  check: () => Promise<HealthReport>,
): Promise<{ status: number; body: object }> {
  if (url !== '/health') return { status: 404, body: { status: 'unknown path' } };
  try {
    const { healthy, ...report } = await check();
    return { status: healthy ? 200 : 503, body: { status: healthy ? 'ok' : 'failing', ...report } };
  } catch (error) {
    return { status: 503, body: { status: 'failing', reason: error instanceof Error ? error.message : String(error) } };
  }
}
