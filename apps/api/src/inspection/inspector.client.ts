import { isJsonObject } from '@bessemer/contracts';
import { BessemerError, type ErrorCode, errorCodes } from '@bessemer/errors';
import { Inject, Injectable } from '@nestjs/common';
import { shorten } from '../records/values.js';

/** Where the inspector answers, and the bearer token of the services (the injection token of both). */
export const INSPECTOR_ENDPOINT = Symbol('INSPECTOR_ENDPOINT');

/** How the inspector is reached over HTTP. */
export interface InspectorEndpoint {
  readonly url: string;
  readonly token: string;
}

const timeoutMs = 60_000;

const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorCodes, value);

/** The text in an error of the inspector, whichever form it has. */
function messageIn(body: unknown): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const { message, error, error_message: fault } = body;
  if (typeof message === 'string') return message;
  if (isJsonObject(error)) return messageIn(error);
  if (typeof fault !== 'string') return undefined;
  try {
    return messageIn({ message: (JSON.parse(fault) as Record<string, string>)['faultstring'] });
  } catch {
    return fault;
  }
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  404: 'not-found',
  409: 'conflict',
  413: 'too-large',
};

/** What the inspector is asked over HTTP, since it is too large for the bus. */
@Injectable()
export class InspectorClient {
  constructor(@Inject(INSPECTOR_ENDPOINT) private readonly endpoint: InspectorEndpoint) {}

  /** Passes on what a ramdisk has posted and returns the UUID of the node that it belongs to. */
  async continue(body: unknown, node: string | undefined): Promise<string> {
    const query = node === undefined ? '' : `?node_uuid=${node}`;
    const answer = await this.ask(`/internal/continue${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    });
    const parsed: unknown = JSON.parse(answer);
    if (!isJsonObject(parsed) || typeof parsed['node'] !== 'string')
      throw new BessemerError('internal', 'The inspector did not name the node.');
    return parsed['node'];
  }

  /** The inventory and plugin data of a node as JSON text; throws `not-found` when there is none. */
  inventory(node: string): Promise<string> {
    return this.ask(`/internal/inventory/${node}`, { method: 'GET' });
  }

  private async ask(path: string, init: RequestInit): Promise<string> {
    let response: Response;
    try {
      response = await fetch(`${this.endpoint.url}${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${this.endpoint.token}` },
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      throw new BessemerError('unavailable', 'The inspector does not answer.', { remedy: 'Try again later.', cause });
    }
    const text = await response.text();
    if (response.ok) return text;
    throw this.errorOf(response.status, text);
  }

  private errorOf(status: number, text: string): BessemerError {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      body = { message: shorten(text) };
    }
    const code = isJsonObject(body) && isErrorCode(body['code']) ? body['code'] : codeByStatus[status];
    const message = messageIn(body) ?? `The inspector answered ${status}.`;
    return new BessemerError(code ?? 'unavailable', message);
  }
}
