/** What the copy knows of a node. */
export interface Known {
  revision: number;
  deleted: boolean;
  /** When this was written here, by the database's clock. */
  changedAt: Date;
}

/** What was heard of a node. */
export interface Heard {
  revision: number;
  deleted: boolean;
  /** `creation` is the event of a new node, which may bear the UUID of a deleted one. */
  source: 'event' | 'creation' | 'snapshot';
  /** For a snapshot: when it was asked for, by the same clock as {@link Known.changedAt}. */
  askedAt?: Date;
}

/**
 * Whether what was heard is newer than what is known. A snapshot that was asked for after the known was written is
 * newer by construction, whatever its revision; of events only a higher revision is, and a tombstone of the same one.
 *
 * @param known null for a node that the copy has never heard of
 */
export function isNewer(known: Known | null, heard: Heard): boolean {
  if (known === null) return true;
  if (heard.source === 'snapshot' && heard.askedAt !== undefined && known.changedAt < heard.askedAt) return true;
  if (known.deleted && heard.source === 'snapshot') return false;
  if (known.deleted && heard.source === 'creation') return true;
  if (heard.deleted) return !known.deleted && heard.revision >= known.revision;
  return heard.revision > known.revision;
}
