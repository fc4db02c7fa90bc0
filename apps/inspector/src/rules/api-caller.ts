import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { ProxyAgent, request } from 'undici';
import { type ApiCall, nameOfUrl, parseHeaders } from './api-call.js';

/** Headers by the origin of the URL, for example `https://cmdb.example`. */
export type CallHeaders = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** How calls are made. */
export interface ApiCallerOptions {
  /** How long all calls of one introspection may take together, in ms. */
  deadlineMs: number;
  /** What the calls to an origin bear besides the headers of their rules: credentials. */
  headers: CallHeaders;
}

/** A call that was not answered well, with the rule that asked for it. */
export class ApiCallError extends BessemerError {
  constructor(
    readonly rule: string,
    message: string,
    cause?: unknown,
  ) {
    super('unavailable', message, { cause });
    this.name = 'ApiCallError';
  }
}

/** A longer answer is cut off rather than read to its end. */
const mostIgnoredBytes = 64 * 1024;
const worthRepeating = new Set([429, 500, 502, 503, 504]);

/**
 * The headers of origins in a file: a JSON object of objects.
 *
 * @param path the file, empty for none
 * @throws `invalid` for a malformed one, without its content
 */
export async function readCallHeaders(path: string): Promise<CallHeaders> {
  if (path === '') return new Map();
  const refuse = (reason: string, cause?: unknown): BessemerError =>
    new BessemerError('invalid', `The file of BESSEMER_INSPECTION_API_CALL_HEADERS_FILE ${reason}.`, {
      field: 'BESSEMER_INSPECTION_API_CALL_HEADERS_FILE',
      remedy: 'Write it as {"https://cmdb.example": {"Authorization": "…"}}.',
      ...(cause === undefined ? {} : { cause }),
    });
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw refuse('cannot be read', cause);
  });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // The parser's own words quote the file.
    throw refuse('is no JSON');
  }
  if (!isJsonObject(document)) throw refuse('holds no object');
  return new Map(
    Object.entries(document).map(([origin, headers]) => {
      if (!URL.canParse(origin) || new URL(origin).origin !== origin)
        throw refuse(`holds "${origin}", which is no origin`);
      return [origin, parseHeaders(headers)];
    }),
  );
}

/**
 * Makes the calls that rules ask for: GET requests, one after the other, to be made outside of any transaction. What is
 * answered is not looked at; redirects are not followed, since they would take the call's headers elsewhere.
 */
export class ApiCaller {
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(private readonly options: ApiCallerOptions) {}

  /**
   * Makes all of the calls. Whoever comes with the same key meanwhile waits for the same calls, so that the repeated
   * call-back of an impatient ramdisk makes them once.
   *
   * @throws ApiCallError of the first one that fails, its repetitions included
   */
  async make(key: string, calls: readonly ApiCall[]): Promise<void> {
    const made = this.underWay.get(key) ?? this.makeAll(calls).finally(() => this.underWay.delete(key));
    this.underWay.set(key, made);
    await made;
  }

  private async makeAll(calls: readonly ApiCall[]): Promise<void> {
    const deadline = AbortSignal.timeout(this.options.deadlineMs);
    for (const call of calls) await this.repeated(call, deadline);
  }

  private async repeated(call: ApiCall, deadline: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      const failure = await this.once(call, deadline);
      if (failure === null) return;
      const mayRepeat = failure.isWorthRepeating && attempt < call.retries && !deadline.aborted;
      if (!mayRepeat) throw new ApiCallError(call.rule, this.explain(call, failure.reason, deadline), failure.cause);
      try {
        await delay(call.backoffFactor * 1000 * 2 ** attempt, undefined, { signal: deadline });
      } catch (cause) {
        throw new ApiCallError(call.rule, this.explain(call, failure.reason, deadline), cause);
      }
    }
  }

  private explain({ url }: ApiCall, reason: string, deadline: AbortSignal): string {
    const limit = deadline.aborted ? `; all calls of an introspection may take ${this.options.deadlineMs} ms` : '';
    return `GET ${nameOfUrl(url)} failed: ${reason}${limit}.`;
  }

  /** One attempt; null when it went well. */
  private async once(
    { url, headers, proxy, timeoutMs }: ApiCall,
    deadline: AbortSignal,
  ): Promise<{ reason: string; isWorthRepeating: boolean; cause?: unknown } | null> {
    const timeout = AbortSignal.timeout(timeoutMs);
    // Proxies tunnel to few ports besides that of https; what is no secret they are asked for as a whole.
    const proxyTunnel = url.protocol === 'https:';
    const credentials = this.options.headers.get(url.origin);
    // They are the operator's, but the proxy is whoever the rule names.
    if (proxy !== null && !proxyTunnel && credentials !== undefined)
      return { reason: 'the headers of its host are shown to no proxy; ask by https', isWorthRepeating: false };
    const dispatcher = proxy === null ? undefined : new ProxyAgent({ uri: proxy.href, proxyTunnel });
    try {
      const { statusCode, body } = await request(url, {
        headers: { ...headers, ...credentials },
        signal: AbortSignal.any([timeout, deadline]),
        ...(dispatcher === undefined ? {} : { dispatcher }),
      });
      await body.dump({ limit: mostIgnoredBytes });
      if (statusCode >= 200 && statusCode < 300) return null;
      return { reason: `the answer is ${statusCode}`, isWorthRepeating: worthRepeating.has(statusCode) };
    } catch (cause) {
      if (timeout.aborted) return { reason: `no answer within ${timeoutMs} ms`, isWorthRepeating: true, cause };
      return { reason: deadline.aborted ? 'no answer yet' : reasonOf(cause), isWorthRepeating: true, cause };
    } finally {
      await dispatcher?.destroy();
    }
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? String(cause.code) : cause.name;
  return cause.message === '' ? code : cause.message;
}
