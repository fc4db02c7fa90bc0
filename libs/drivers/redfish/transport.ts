import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { Agent, request } from 'undici';
import type { CallContext } from '../core/context.js';
import { pause } from '../core/pause.js';
import { parseUrl, type RedfishAccess, readAuthorities } from './access.js';
import { type Asked, bmcError, silenceError, silenceOf } from './failure.js';

/** A request after its permission was asked begins within this time, below the lease of a task. */
const connectTimeoutMs = 5000;
const maxAnswerBytes = 4 * 1024 * 1024;
const attempts = 3;
const retryMs = 500;
const longestPauseMs = 5000;

/** What a BMC answered; `body` is null when it is empty or no JSON. */
export interface RedfishAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Json;
}

/** Methods that are used; GET alone is sent again after a broken connection. */
export type RedfishMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Sends requests to one BMC and to nobody else: no redirect and no link to another address is followed. */
export class RedfishTransport {
  private constructor(
    private readonly access: RedfishAccess,
    private readonly context: Pick<CallContext, 'guard' | 'signal'>,
    private readonly dispatcher: Agent,
  ) {}

  /**
   * @param answerTimeoutMs how long the BMC may take for one answer
   * @throws `invalid` when the authorities cannot be read
   */
  static async open(
    access: RedfishAccess,
    context: Pick<CallContext, 'guard' | 'signal'>,
    answerTimeoutMs: number,
  ): Promise<RedfishTransport> {
    const authorities = await readAuthorities(access);
    const dispatcher = new Agent({
      connections: 1,
      headersTimeout: answerTimeoutMs,
      bodyTimeout: answerTimeoutMs,
      maxResponseSize: maxAnswerBytes,
      connect: {
        timeout: Math.min(connectTimeoutMs, answerTimeoutMs),
        rejectUnauthorized: access.verify !== false,
        ...(authorities === undefined ? {} : { ca: authorities }),
      },
    });
    return new RedfishTransport(access, context, dispatcher);
  }

  /** Aborted when whoever asks is to let go. */
  get signal(): AbortSignal {
    return this.context.signal;
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /**
   * Sends one request, with leave asked right before. A busy BMC (503) is asked again, as it refused without an effect.
   * @returns whatever the BMC answered, refusals too
   * @throws `hardware-failure` when no answer comes, or when the path leads to another address
   */
  async send(
    method: RedfishMethod,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: JsonObject,
  ): Promise<RedfishAnswer> {
    const asked = { method, path };
    const url = parseUrl(path, this.access.origin);
    if (url?.origin !== this.access.origin)
      throw bmcError(
        this.access,
        asked,
        'names a resource at another address',
        'Set driver_info/redfish_address to the address that the BMC itself uses.',
      );
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.attempt(url, asked, method, headers, body, attempt < attempts);
      if (answer !== undefined && (answer.status !== 503 || attempt >= attempts)) return answer;
      await pause(pauseAfter(answer, attempt), this.context.signal);
    }
  }

  private async attempt(
    url: URL,
    asked: Asked,
    method: RedfishMethod,
    headers: Readonly<Record<string, string>>,
    body: JsonObject | undefined,
    mayRepeat: boolean,
  ): Promise<RedfishAnswer | undefined> {
    await this.context.guard();
    try {
      const response = await request(url, {
        method,
        dispatcher: this.dispatcher,
        signal: this.context.signal,
        headers: {
          accept: 'application/json',
          'odata-version': '4.0',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.statusCode, headers: response.headers, body: parse(await response.body.text()) };
    } catch (error) {
      this.context.signal.throwIfAborted();
      // The error itself may carry the request with its credentials.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      if (mayRepeat && method === 'GET' && silenceOf(code) === 'unreachable') return undefined;
      throw silenceError(this.access, asked, code);
    }
  }
}

/** The path of what a BMC has made; it may tell its whole address. */
export function locationOf({ headers, body }: Pick<RedfishAnswer, 'headers' | 'body'>): string | undefined {
  const path = isJsonObject(body) ? body['@odata.id'] : undefined;
  if (typeof path === 'string' && path.startsWith('/')) return path;
  return headers.location === undefined ? undefined : parseUrl(headers.location, 'http://bmc')?.pathname;
}

function pauseAfter(answer: RedfishAnswer | undefined, attempt: number): number {
  const wanted = Number(answer?.headers['retry-after']) * 1000;
  return wanted > 0 ? Math.min(wanted, longestPauseMs) : retryMs * attempt;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
