import type { BlobReference } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';

const timeoutMs = 30_000;
/** More than any config drive may have (reference: agent.md §10), in base64. */
const largestBytes = 96 * 1024 * 1024;

/** Fetches what travels as a reference from the service that owns it. */
export class BlobFetcher {
  private readonly origins: ReadonlySet<string>;

  /**
   * @param owners base URLs of the services that own blobs; the token is sent to these alone, because a reference may
   *   have come from a user's record
   * @param token bearer of their internal endpoints
   */
  constructor(
    owners: readonly string[],
    private readonly token: string,
  ) {
    this.origins = new Set(owners.map((owner) => new URL(owner).origin));
  }

  /**
   * The body, unchecked but for its size.
   *
   * @throws `invalid` for a reference to anybody else; `unavailable` when the owner does not answer; `not-found` when it
   *   has the blob no more; `too-large`
   */
  async fetch(reference: BlobReference, signal: AbortSignal): Promise<Buffer> {
    if (!URL.canParse(reference.ref) || !this.origins.has(new URL(reference.ref).origin))
      throw new BessemerError('invalid', 'The reference leads to none of the services that keep large bodies.');
    if (reference.size > largestBytes) throw tooLarge(reference.size);
    const response = await this.get(reference.ref, signal);
    if (response.status >= 500) throw away(`it answers ${response.status}`);
    if (!response.ok)
      throw new BessemerError('not-found', `A body that was kept for the task is gone (${response.status}).`, {
        remedy: 'Start again with its content.',
      });
    return await bodyOf(response, reference.size);
  }

  private async get(url: string, signal: AbortSignal): Promise<Response> {
    try {
      return await fetch(url, {
        headers: { authorization: `Bearer ${this.token}` },
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw away(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }
}

async function bodyOf(response: Response, size: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > size) throw tooLarge(length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const away = (why: string, cause?: unknown): BessemerError =>
  new BessemerError('unavailable', `The service that keeps a large body of the task does not answer: ${why}.`, {
    cause,
  });

const tooLarge = (size: number): BessemerError =>
  new BessemerError('too-large', `A body of ${size} bytes is larger than announced, or than any may be.`);
