import { credentialHeaders } from './credentials.js';

/** One server-sent event of the api's `GET /v1/events/stream`. */
export interface StreamedEvent {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

/**
 * Follows the api's event stream until `signal` is aborted or the caller leaves the loop; reconnects after a broken
 * connection where it left off, so that a killed api costs a pause and no event.
 *
 * @param url the stream with its filter, for example `http://…/v1/events/stream?since=1`
 * @param signal ends the following
 */
export async function* followEvents(url: string, signal: AbortSignal): AsyncGenerator<StreamedEvent> {
  let lastId = '';
  while (!signal.aborted) {
    try {
      const headers = {
        accept: 'text/event-stream',
        ...credentialHeaders(process.env),
        ...(lastId === '' ? {} : { 'last-event-id': lastId }),
      };
      const response = await fetch(url, { headers, signal });
      if (response.body === null || !response.ok) throw new Error(`the event stream answered ${response.status}`);
      for await (const event of parseEvents(response.body.pipeThrough(new TextDecoderStream()))) {
        lastId = event.id || lastId;
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isBrokenConnection(error)) throw error;
    }
    await pauseBeforeReconnect(signal);
  }
}

/** Whether the api went away, is not there yet, or has nothing to give yet; `fetch` says so by a TypeError. */
function isBrokenConnection(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && / answered 5\d\d$/.test(error.message));
}

/** The api is being restarted by the supervisor; there is nothing to wait for but time. */
async function pauseBeforeReconnect(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 500);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function* parseEvents(chunks: AsyncIterable<string>): AsyncGenerator<StreamedEvent> {
  let buffered = '';
  for await (const chunk of chunks) {
    buffered += chunk;
    for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
      const event = parseBlock(buffered.slice(0, end));
      buffered = buffered.slice(end + 2);
      if (event) yield event;
    }
  }
}

function parseBlock(block: string): StreamedEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, '');
    fields.set(name, fields.has(name) ? `${fields.get(name)}\n${value}` : value);
  }
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return { id: fields.get('id') ?? '', type: fields.get('event') ?? 'message', data: JSON.parse(data) };
}
