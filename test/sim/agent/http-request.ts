import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** A request with a JSON answer. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, sent as JSON. */
  readonly json?: unknown;
  /** Do not verify the server's certificate. */
  readonly insecure: boolean;
  readonly timeoutMs: number;
}

/** The status and the parsed body (undefined when it is empty or no JSON). */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Sends one request on a connection of its own.
 * @throws Error when the server cannot be reached or does not answer in time.
 */
export function requestJson(url: string, options: JsonRequest): Promise<JsonAnswer> {
  const payload = options.json === undefined ? null : Buffer.from(JSON.stringify(options.json));
  const secure = url.startsWith('https:');
  return new Promise((resolve, reject) => {
    const outgoing = (secure ? requestHttps : requestHttp)(
      url,
      {
        method: options.method,
        agent: false,
        timeout: options.timeoutMs,
        ...(secure ? { rejectUnauthorized: !options.insecure } : {}),
        headers: {
          accept: 'application/json',
          ...options.headers,
          ...(payload === null ? {} : { 'content-type': 'application/json', 'content-length': String(payload.length) }),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, body: parseJson(Buffer.concat(chunks).toString('utf8')) }),
        );
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${options.timeoutMs} ms from ${url}`)));
    outgoing.on('error', reject);
    outgoing.end(payload ?? undefined);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An error page or an empty answer: its status tells all that the agent acts on.
    return undefined;
  }
}
