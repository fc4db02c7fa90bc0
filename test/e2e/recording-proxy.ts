import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Stands between ramdisks and the api, and shows every answer to whoever made it. */
export class RecordingProxy {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param onAnswer told of the request line and the text of each answer */
  static async start(target: string, onAnswer: (request: string, text: string) => void): Promise<RecordingProxy> {
    const server = createServer((incoming, outgoing) => {
      forward(target, incoming, outgoing).then(
        (text) => onAnswer(`${incoming.method} ${incoming.url}`, text),
        (error: Error) => outgoing.destroy(error),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new RecordingProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<string> {
  const body = await buffer(incoming);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${target}${incoming.url}`, { method: incoming.method, headers: incoming.headers })
      .once('response', resolve)
      .once('error', reject)
      .end(body);
  });
  const text = await buffer(answer);
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(text);
  return text.toString();
}
