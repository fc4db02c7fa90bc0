import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that the fake API got. */
export interface ReceivedRequest {
  readonly route: string;
  readonly query: URLSearchParams;
  readonly version: string | undefined;
  readonly body: Record<string, unknown>;
}

/** The answer of one route: a status, and a body or nothing. */
export type Reply = readonly [status: number, body?: unknown];

export const nodeUuid = '7d3ea9a4-3b5c-4d4f-9f0f-1c2d3e4f5a6b';
export const token = 'a-token-of-more-than-thirty-two-characters';

/** Just enough of the Bare Metal API for an agent's protocol to be seen; every reply can be set. */
export class FakeApi {
  readonly received: ReceivedRequest[] = [];
  /** The replies still to give for a route, the last one for ever after. */
  readonly replies: Record<string, Reply[]> = {
    'GET /': [[200, { default_version: { version: '1.115' } }]],
    'POST /v1/continue_inspection': [[200, { uuid: nodeUuid }]],
    'GET /v1/lookup': [
      [
        200,
        {
          node: { uuid: nodeUuid },
          config: { heartbeat_timeout: 300, agent_token: token, agent_token_required: true },
        },
      ],
    ],
    [`POST /v1/heartbeat/${nodeUuid}`]: [[202]],
  };
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly server: Server) {}

  /** Starts it on a free port of loopback. */
  static async start(): Promise<FakeApi> {
    const server = createServer();
    const api = new FakeApi(server);
    server.on('request', (request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const [status, body] = api.receive(request, Buffer.concat(chunks).toString('utf8'));
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @returns the requests of a route, in order. */
  of(route: string): ReceivedRequest[] {
    return this.received.filter((request) => request.route === route);
  }

  get heartbeats(): ReceivedRequest[] {
    return this.of(`POST /v1/heartbeat/${nodeUuid}`);
  }

  /**
   * Waits for the n-th request of a route.
   * @throws Error when it does not come in time.
   */
  async waitFor(route: string, count: number, timeoutMs = 10_000): Promise<ReceivedRequest> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (this.of(route).length >= count) {
          clearTimeout(timer);
          this.waiting.delete(look);
          resolve();
        }
      };
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`${route}: ${this.of(route).length} of ${count} requests within ${timeoutMs} ms`));
      }, timeoutMs);
      this.waiting.add(look);
      look();
    });
    const found = this.of(route)[count - 1];
    if (found === undefined) {
      throw new Error(`${route} was never asked`);
    }
    return found;
  }

  /** Waits for the n-th heartbeat. */
  waitForHeartbeat(count: number): Promise<ReceivedRequest> {
    return this.waitFor(`POST /v1/heartbeat/${nodeUuid}`, count);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private receive(request: IncomingMessage, text: string): Reply {
    const url = new URL(request.url ?? '/', this.url);
    const route = `${request.method} ${url.pathname}`;
    this.received.push({
      route,
      query: url.searchParams,
      version: request.headers['x-openstack-ironic-api-version'] as string | undefined,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    });
    const replies = this.replies[route] ?? [[404, { error_message: 'no such route' }]];
    const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? [500];
    for (const look of [...this.waiting]) {
      look();
    }
    return reply;
  }
}
