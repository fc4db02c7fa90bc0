import { describe, expect, it } from 'vitest';
import { type Heard, isNewer, type Known } from './freshness.js';

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const known = (revision: number, deleted = false): Known => ({ revision, deleted, changedAt: at(10) });
const event = (revision: number, deleted = false): Heard => ({ revision, deleted, source: 'event' });

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
    ['a node created anew under the UUID of a deleted one', known(9, true), { ...event(1), source: 'creation' }, true],
    ['a creation heard late', known(5), { ...event(1), source: 'creation' }, false],
    ['a snapshot asked for later', known(9), { ...event(2), source: 'snapshot', askedAt: at(11) }, true],
    ['a snapshot of a higher revision', known(2), { ...event(3), source: 'snapshot', askedAt: at(9) }, true],
    ['a snapshot overtaken by an event', known(9), { ...event(8), source: 'snapshot', askedAt: at(9) }, false],
    ['a snapshot overtaken by a deletion', known(9, true), { ...event(9), source: 'snapshot', askedAt: at(9) }, false],
    ['a snapshot that lacks the node', known(9), { ...event(9, true), source: 'snapshot', askedAt: at(11) }, true],
  ])('%s', (_, before, heard, expected) => {
    expect(isNewer(before, heard)).toBe(expected);
  });
});
