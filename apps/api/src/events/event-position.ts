import { BessemerError } from '@bessemer/errors';

const position = /^\d{1,15}$/;

/** The position in a `Last-Event-ID` header; throws `invalid` for anything else than a number. */
export function parsePosition(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && position.test(header)) return Number(header);
  throw new BessemerError('invalid', 'Last-Event-ID is no position of the stream.', { field: 'Last-Event-ID' });
}

/** What `since` means: a position in the stream, or a time. Throws `invalid` for anything else. */
export function parseSince(since: unknown): { after?: number; since?: Date } {
  if (since === undefined || since === '') return {};
  if (typeof since === 'string') {
    if (position.test(since)) return { after: Math.max(0, Number(since) - 1) };
    const time = new Date(since);
    if (!Number.isNaN(time.getTime())) return { since: time };
  }
  throw new BessemerError('invalid', 'since is neither a position of the stream nor a time.', { field: 'since' });
}
