import { describe, expect, it } from 'vitest';
import { type Heard, isLaterIncarnation, isNewer, type Known } from './freshness.js';

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const known = (revision: number, deleted = false): Known => ({ incarnation: 5, revision, deleted, changedAt: at(10) });
const event = (revision: number, deleted = false): Heard => ({ incarnation: 5, revision, deleted, source: 'event' });

describe(isNewer.name, () => {
  it.each<[string, Known | null, Heard, boolean]>([
    ['a node never heard of', null, event(1), true],
    ['a higher revision', known(3), event(4), true],
    ['the same revision', known(3), event(3), false],
    ['a lower revision', known(3), event(2), false],
    ['a deletion that raised the revision', known(3), event(4, true), true],
    ['a deletion at the same revision', known(3), event(3, true), true],
    ['a deletion heard twice', known(4, true), event(4, true), false],
    ['a late event of a deleted node', known(4, true), event(3), false],
    ['a node created anew under the UUID of a deleted one', known(9, true), { ...event(1), incarnation: 6 }, true],
    ['a node created anew whose deletion is not heard yet', known(9), { ...event(1), incarnation: 6 }, true],
    ['a deletion of the node before', known(1), { ...event(9, true), incarnation: 4 }, false],
    ['a creation heard after the deletion', known(3, true), event(1), false],
    ['a copy from before incarnations were known', { ...known(9), incarnation: 0 }, event(1), true],
    ['a snapshot asked for later', known(9), { ...event(2), source: 'snapshot', askedAt: at(11) }, true],
    ['a snapshot of a higher revision', known(2), { ...event(3), source: 'snapshot', askedAt: at(9) }, true],
    ['a snapshot overtaken by an event', known(9), { ...event(8), source: 'snapshot', askedAt: at(9) }, false],
    ['a snapshot overtaken by a deletion', known(9, true), { ...event(9), source: 'snapshot', askedAt: at(9) }, false],
    ['a snapshot that lacks the node', known(9), { ...event(9, true), source: 'snapshot', askedAt: at(11) }, true],
  ])('%s', (_, before, heard, expected) => {
    expect(isNewer(before, heard)).toBe(expected);
  });
});

describe(isLaterIncarnation.name, () => {
  const last = 2 ** 31 - 1;

  it.each([
    [2, 1, true],
    [1, 2, false],
    [2, 2, false],
    [1, last, true],
    [last, 1, false],
    [last, 0, true],
    [0, 0, false],
  ])('%d after %d: %s', (one, other, expected) => {
    expect(isLaterIncarnation(one, other)).toBe(expected);
  });
});
