import { describe, expect, it } from 'vitest';
import { bodyLimitOf, parseBody } from './body.js';

describe('parseBody', () => {
  it.each(['', '  \n'])('takes %j for nothing', (text) => {
    expect(parseBody(text)).toBeUndefined();
  });

  it.each([
    ['{"password":"s3cret" x}', /malformed at position 21/],
    ['{"password":s3cret}', /malformed\.$/],
    ['{"password":"s3cret"', /ends too early|malformed/],
  ])('says of %s what is wrong, but not what stands there', (text, expected) => {
    expect(() => parseBody(text)).toThrow(expected);
    expect(() => parseBody(text)).not.toThrow(/s3cret/);
  });

  it('counts no bracket in a string', () => {
    const text = JSON.stringify({ a: `${'['.repeat(100)}"\\` });
    expect(parseBody(text)).toEqual(JSON.parse(text));
  });

  it.each([
    [25, true],
    [26, false],
  ])('with %i levels: %s', (depth, isTaken) => {
    const text = `${'{"a":'.repeat(depth - 1)}[]${'}'.repeat(depth - 1)}`;
    if (isTaken) expect(parseBody(text)).toBeDefined();
    else expect(() => parseBody(text)).toThrow(/nested/);
  });
});

describe('bodyLimitOf', () => {
  it.each([
    ['/v1/nodes', 1],
    ['/v1/nodes/a/states/provision', 64],
    ['/v1/continue_inspection', 16],
    ['/v1/nodes/a/states/provision/x', 1],
  ])('%s: %i MiB', (path, mebibytes) => {
    expect(bodyLimitOf(path)).toBe(mebibytes * 1024 * 1024);
  });
});
