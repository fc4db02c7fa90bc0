import { BessemerError } from '@bessemer/errors';
import { credentialHeaders } from './credentials.js';

const headers = {
  'x-openstack-ironic-api-version': '1.115',
  'content-type': 'application/json',
  accept: 'application/json',
};

const remedy = 'Say who you are with BESSEMER_API_USER and BESSEMER_API_PASSWORD.';

/** An answer of the api that is no success. */
export class RefusedError extends BessemerError {
  /** @param body the parsed body */
  constructor(
    readonly httpStatus: number,
    readonly body: unknown,
    request: string,
  ) {
    super('conflict', `${request} answered ${httpStatus}: ${faultOf(body)}`, httpStatus === 401 ? { remedy } : {});
  }
}

/** The words of Ironic's error body. */
function faultOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return JSON.stringify(body);
  if ('faultstring' in body) return String(body.faultstring);
  if (!('error_message' in body)) return JSON.stringify(body);
  const message: unknown = body.error_message;
  if (typeof message !== 'string') return JSON.stringify(message);
  try {
    const document: { faultstring?: string; description?: string } = JSON.parse(message);
    return document.faultstring ?? document.description ?? message;
  } catch {
    return message;
  }
}

/**
 * Calls the api as the user whom the environment names, and returns its JSON.
 *
 * @throws RefusedError with its own words when it refuses; `unavailable` when nothing answers
 */
export async function callApi<T>(url: string, init: { method?: string; body?: unknown } = {}): Promise<T> {
  const method = init.method ?? 'GET';
  let response: Response;
  try {
    const body = init.body === undefined ? {} : { body: JSON.stringify(init.body) };
    response = await fetch(url, { method, headers: { ...headers, ...credentialHeaders(process.env) }, ...body });
  } catch (error) {
    throw new BessemerError('unavailable', `Nothing answers at ${url}.`, {
      remedy: 'Start an instance with ./bessemer up, or name the API with --api.',
      cause: error,
    });
  }
  const text = await response.text();
  const parsed: unknown = text === '' ? undefined : JSON.parse(text);
  if (!response.ok) throw new RefusedError(response.status, parsed, `${method} ${new URL(url).pathname}`);
  return parsed as T;
}

/** Whether a call failed because a service is away for the moment, not because it was refused. */
export function isPassing(error: unknown): boolean {
  if (error instanceof RefusedError) return error.httpStatus >= 500;
  return error instanceof BessemerError && error.code === 'unavailable';
}

/**
 * Calls the api until it answers; for calls that may be made twice.
 *
 * @param pauseMs between two tries
 * @param signal gives up; the last failure is thrown then
 */
export async function insist<T>(call: () => Promise<T>, signal: AbortSignal, pauseMs = 500): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error) || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
