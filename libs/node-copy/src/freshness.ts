/** What the copy knows of a node. */
export interface Known {
  incarnation: number;
  revision: number;
  deleted: boolean;
  /** When this was written here, by the database's clock. */
  changedAt: Date;
}

/** What was heard of a node. */
export interface Heard {
  incarnation: number;
  revision: number;
  deleted: boolean;
  source: 'event' | 'snapshot';
  /** For a snapshot: when it was asked for, by the same clock as {@link Known.changedAt}. */
  askedAt?: Date;
}

/** Incarnations are numbered by one sequence for all records, which begins anew at 1 after this one. */
const lastIncarnation = 2 ** 31 - 1;

/** Whether a number was given out after another one, though the sequence may have begun anew in between; 0 is before all. */
export function isLaterIncarnation(one: number, other: number): boolean {
  if (other === 0) return one !== 0;
  const distance = one - other;
  return distance > 0 ? distance < lastIncarnation / 2 : distance < -lastIncarnation / 2;
}

/**
 * Whether what was heard is newer than what is known. A snapshot that was asked for after the known was written is
 * newer by construction, whatever it says; of events one of a later incarnation is, of the same one only a higher revision, and a
 * tombstone of the same one.
 *
 * @param known null for a node that the copy has never heard of
 */
export function isNewer(known: Known | null, heard: Heard): boolean {
  if (known === null) return true;
  if (heard.source === 'snapshot' && heard.askedAt !== undefined && known.changedAt < heard.askedAt) return true;
  if (heard.incarnation !== known.incarnation) return isLaterIncarnation(heard.incarnation, known.incarnation);
  if (known.deleted) return false;
  return heard.deleted ? heard.revision >= known.revision : heard.revision > known.revision;
}
