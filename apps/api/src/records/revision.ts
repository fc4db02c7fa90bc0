import { createHash } from 'node:crypto';
import { BessemerError } from '@bessemer/errors';

/** What decides whether two looks at a record were at the same: its revision, and which record of its UUID it is. */
export interface Tagged {
  readonly revision: number;
  /** Differs from that of a record with the same UUID that was deleted. */
  readonly incarnation: number;
}

/** The `ETag` of a record as it is now. */
export const entityTagOf = ({ revision, incarnation }: Tagged): string => `"${revision}-${incarnation.toString(36)}"`;

/** What of a request tells which revision it is meant for. */
export interface Expectation {
  /** The entity tags of which the record must have one (`If-Match`); null when any will do. */
  readonly expectedTags: readonly string[] | null;
}

/** The expectation of a request that is not meant for the record itself, but for what belongs to it. */
export const anyRevision: Expectation = { expectedTags: null };

/**
 * Refuses a change that is meant for another revision of the record, or for one of the same UUID that is gone. To be
 * asked with the record locked, so that the answer still holds when the change is written.
 *
 * @param row the record as it is now
 * @throws `precondition-failed` (412)
 */
export function requireRevision(row: Tagged & { readonly uuid: string }, { expectedTags }: Expectation): void {
  if (expectedTags === null || expectedTags.includes(entityTagOf(row))) return;
  throw new BessemerError('precondition-failed', `${row.uuid} has revision ${row.revision} by now.`, {
    field: 'If-Match',
    remedy: 'Read it again and repeat the change with the ETag of that answer.',
  });
}

/** The entity tags that an `If-Match` header names; null for a missing one and for `*`. */
export function readExpectedTags(header: string | undefined): readonly string[] | null {
  if (header === undefined || header.trim() === '' || header.trim() === '*') return null;
  return header.split(',').map((tag) => tag.trim());
}

/**
 * The `ETag` of a record that has no revision, since no request can change it: it tells one representation from another.
 *
 * @param text the body of the answer
 */
export const entityTagOfText = (text: string): string =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
