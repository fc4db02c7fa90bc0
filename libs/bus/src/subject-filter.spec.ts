import { describe, expect, it } from 'vitest';
import { matchesFilter } from './subject-filter.js';

describe(matchesFilter, () => {
  it.each([
    ['metal.event.api.>', 'metal.event.api.node.x.set', true],
    ['metal.event.api.>', 'metal.event.api', false],
    ['metal.event.api.>', 'metal.event.conductor.task.x.set', false],
    ['metal.event.*.node.>', 'metal.event.api.node.x.set', true],
    ['metal.event.*.node.>', 'metal.event.api.port.x.set', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.b', 'a.b', true],
    ['a.b.c', 'a.b', false],
  ])('%s and %s: %s', (filter, subject, expected) => {
    expect(matchesFilter(filter, subject)).toBe(expected);
  });
});
