import { describe, expect, it } from 'vitest';
import type { Fields } from './field.js';
import { readMembers } from './members.js';

const members: Fields = {
  target: { type: 'string', required: true, values: ['on', 'off'] },
  timeout: { type: 'integer', since: 27, minimum: 1 },
  note: { type: 'string', since: 30, below: 'invalid' },
};

describe('readMembers', () => {
  it('reads what was given, and takes null for nothing', () => {
    expect(readMembers('thing', members, { target: 'on', timeout: 5, note: null }, 30)).toEqual({
      target: 'on',
      timeout: 5,
    });
  });

  it.each([
    ['no object', ['on'], 30, 'invalid'],
    ['an unknown member', { target: 'on', other: 1 }, 30, 'invalid'],
    ['a missing member', { timeout: 5 }, 30, 'invalid'],
    ['a member that is null though it must be given', { target: null }, 30, 'invalid'],
    ['a value that is none of the list', { target: 'up' }, 30, 'invalid'],
    ['a value of another type', { target: 'on', timeout: 'soon' }, 30, 'invalid'],
    ['a number that is too small', { target: 'on', timeout: 0 }, 30, 'invalid'],
    ['a member that came later', { target: 'on', timeout: 5 }, 26, 'not-acceptable'],
    ['a member that came later and is refused as invalid', { target: 'on', note: 'x' }, 29, 'invalid'],
  ])('refuses %s', (_, body, minor, code) => {
    expect(() => readMembers('thing', members, body, minor)).toThrow(expect.objectContaining({ code }));
  });

  it('says which version takes a member', () => {
    expect(() => readMembers('thing', members, { target: 'on', timeout: 5 }, 26)).toThrow(/1\.27$/);
  });
});
