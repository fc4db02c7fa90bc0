import { createHash } from 'node:crypto';
import { BessemerError } from '@bessemer/errors';

/** What of a request tells which revision it is meant for. */
export interface Expectation {
  readonly expectedRevisions: readonly number[] | null;
}

/** The expectation of a request that is not meant for the record itself, but for what belongs to it. */
export const anyRevision: Expectation = { expectedRevisions: null };

/**
 * Refuses a change that is meant for another revision of the record. To be asked with the record locked, so that the
 * answer still holds when the change is written.
 *
 * @param row the record as it is now
 * @throws `precondition-failed` (412)
 */
export function requireRevision(row: { uuid: string; revision: number }, { expectedRevisions }: Expectation): void {
  if (expectedRevisions === null || expectedRevisions.includes(row.revision)) return;
  throw new BessemerError('precondition-failed', `${row.uuid} has revision ${row.revision} by now.`, {
    field: 'If-Match',
    remedy: 'Read it again and repeat the change with the ETag of that answer.',
  });
}

const entityTag = /^"(\d{1,9})"$/;

/**
 * The revisions that an `If-Match` header names; null for a missing one and for `*`. A tag that no record of ours has
 * matches nothing.
 */
export function readExpectedRevisions(header: string | undefined): readonly number[] | null {
  if (header === undefined || header.trim() === '' || header.trim() === '*') return null;
  return header.split(',').flatMap((tag) => {
    const [, revision] = entityTag.exec(tag.trim()) ?? [];
    return revision === undefined ? [] : [Number(revision)];
  });
}

/**
 * The `ETag` of a record that has no revision, since no request can change it: it tells one representation from another.
 *
 * @param text the body of the answer
 */
export const entityTagOfText = (text: string): string =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;

/** The `ETag` of a revision. */
export const entityTagOf = (revision: number): string => `"${revision}"`;
