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

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the key %s wherever it stands', (key) => {
    expect(() => parseBody(`{"extra":[{"${key}":1}]}`)).toThrow(key);
    expect(parseBody(`{"extra":"${key}"}`)).toEqual({ extra: key });
  });

  it.each(['\\u005f_proto__', 'c\\u006Fnstructor', 'prototyp\\u0065'])(
    'refuses %s, which is such a key escaped',
    (key) => {
      expect(() => parseBody(`[[{"a":{"${key}":1}}]]`)).toThrow(/no document may have/);
    },
  );

  it.each(['{"a":["\\ud800"]}', '{"\\uDFFF":1}', '"\\udc00\\ud800"'])(
    'refuses half of a surrogate pair in %s',
    (text) => {
      expect(() => parseBody(text)).toThrow(/surrogate/);
    },
  );

  it('takes a whole surrogate pair', () => {
    expect(parseBody('{"a":"\\ud83d\\ude00"}')).toEqual({ a: '\u{1f600}' });
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
