import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AgentError, invalidCommand, notFound, unauthorized } from './agent-error.js';
import type { TlsPair } from './certificate.js';
import type { CommandParameters, CommandRunner } from './command-runner.js';

/** The version that the agent gives of itself. */
export const agentVersion = '11.3.0';

const maxBodyBytes = 16 * 2 ** 20;

/** The agent's REST API: status and commands, for the conductor that knows the token. */
export class AgentApiServer {
  private readonly server: Server;
  private readonly startedAt = Date.now() / 1000;

  /**
   * @param tls null serves plain HTTP.
   * @param token what each request to the commands must bear; null asks for none.
   */
  constructor(
    private readonly tls: TlsPair | null,
    private readonly token: () => string | null,
    private readonly runner: CommandRunner,
  ) {
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      this.answer(request).then(
        (body) => send(response, 200, body),
        (error: unknown) => sendError(response, error),
      );
    };
    this.server =
      tls === null
        ? createHttp(handle)
        : createHttps({ cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' }, handle);
  }

  /**
   * Listens on loopback.
   * @param port 0 takes a free one.
   * @returns the call-back URL.
   */
  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => {
        const address = this.server.address() as AddressInfo;
        resolve(`${this.tls === null ? 'http' : 'https'}://127.0.0.1:${address.port}`);
      });
    });
  }

  private async answer(request: IncomingMessage): Promise<unknown> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://agent');
    const path = pathname.replace(/\/+$/, '');
    const route = `${request.method} ${path}`;
    switch (route) {
      case 'GET ':
        return {
          name: 'OpenStack Ironic Python Agent API',
          description: 'A simulated ramdisk agent',
          versions: [version()],
          default_version: version(),
        };
      case 'GET /v1':
        return {
          ...version(),
          commands: [{ href: '/v1/commands/', rel: 'self' }],
          status: [{ href: '/v1/status/', rel: 'self' }],
        };
      case 'GET /v1/status':
        return { started_at: this.startedAt, version: agentVersion };
      case 'GET /v1/commands':
        this.authorize(searchParams);
        return { commands: this.runner.list() };
      case 'POST /v1/commands':
        this.authorize(searchParams);
        return this.execute(await readBody(request), isTrue(searchParams.get('wait')));
    }
    const id = /^GET \/v1\/commands\/([^/]+)$/.exec(route)?.[1];
    if (id === undefined) {
      throw notFound(`${request.method} ${pathname}`);
    }
    this.authorize(searchParams);
    return this.runner.get(id, isTrue(searchParams.get('wait')));
  }

  private execute(body: unknown, wait: boolean): Promise<unknown> {
    const { name, params } = (body ?? {}) as { name?: unknown; params?: unknown };
    if (typeof name !== 'string' || typeof (params ?? {}) !== 'object' || Array.isArray(params)) {
      throw invalidCommand('Missing or invalid name or params');
    }
    return this.runner.execute(name, (params ?? {}) as CommandParameters, wait);
  }

  private authorize(query: URLSearchParams): void {
    const token = this.token();
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    if (token !== null && !timingSafeEqual(digest(token), digest(query.get('agent_token') ?? ''))) {
      throw unauthorized();
    }
  }
}

function version(): Record<string, unknown> {
  return { id: 'v1', links: [{ href: '/v1/', rel: 'self' }] };
}

function isTrue(value: string | null): boolean {
  return value?.toLowerCase() === 'true';
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) {
      throw new AgentError('InvalidContentError', 413, 'Invalid request body', `more than ${maxBodyBytes} bytes`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new AgentError('InvalidContentError', 400, 'Invalid request body', (error as Error).message);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const payload = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) });
  response.end(payload);
}

function sendError(response: ServerResponse, error: unknown): void {
  const status = error instanceof AgentError ? error.status : 500;
  const text = error instanceof AgentError ? `${error.message}: ${error.details}` : String(error);
  send(response, status, { faultcode: status < 500 ? 'Client' : 'Server', faultstring: text });
}
