import { BessemerError } from '@bessemer/errors';
import type { StreamStart } from './event-stream.js';

const position = /^\d{1,15}$/;
const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** The position in a `Last-Event-ID` header; throws `invalid` for anything else than a number. */
export function parsePosition(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  if (typeof header === 'string' && position.test(header)) return Number(header);
  throw new BessemerError('invalid', 'Last-Event-ID is no position of the stream.', {
    field: 'Last-Event-ID',
    remedy: 'Send the id of the last event that was read.',
  });
}

/** What `since` means: a position in the stream, or a time. Throws `invalid` for anything else. */
export function parseSince(since: string | undefined): StreamStart {
  if (since === undefined || since === '') return {};
  if (position.test(since)) return { after: Math.max(0, Number(since) - 1) };
  const at = new Date(since);
  if (time.test(since) && !Number.isNaN(at.getTime())) return { since: at };
  throw new BessemerError('invalid', 'since is neither a position of the stream nor a time.', {
    field: 'since',
    remedy: 'Write a number, or a time such as 2026-01-31T12:00:00Z.',
  });
}
