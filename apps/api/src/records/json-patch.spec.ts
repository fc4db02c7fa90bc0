import { describe, expect, it } from 'vitest';
import { applyPatch, readPatch, requirePatchable } from './json-patch.js';

const newest = 115;

describe('applyPatch', () => {
  const document = { name: 'a', extra: { list: [1, 2], deep: { a: 1 } } };

  it.each<[string, object[], object]>([
    ['adds a member', [{ op: 'add', path: '/extra/b', value: 1 }], { extra: { ...document.extra, b: 1 } }],
    ['replaces one', [{ op: 'replace', path: '/extra/deep/a', value: 2 }], { extra: { list: [1, 2], deep: { a: 2 } } }],
    ['removes one', [{ op: 'remove', path: '/extra/deep' }], { extra: { list: [1, 2] } }],
    [
      'appends to a list',
      [{ op: 'add', path: '/extra/list/-', value: 3 }],
      { extra: { list: [1, 2, 3], deep: { a: 1 } } },
    ],
    [
      'inserts into a list',
      [{ op: 'add', path: '/extra/list/0', value: 0 }],
      { extra: { list: [0, 1, 2], deep: { a: 1 } } },
    ],
    ['makes a removed field null', [{ op: 'remove', path: '/name' }], { name: null }],
    [
      'takes them one after another',
      [
        { op: 'add', path: '/extra/x', value: {} },
        { op: 'add', path: '/extra/x/y', value: 1 },
      ],
      { extra: { ...document.extra, x: { y: 1 } } },
    ],
    [
      'changes what it has added',
      [
        { op: 'add', path: '/extra', value: { list: [] } },
        { op: 'add', path: '/extra/list/-', value: 1 },
      ],
      { extra: { list: [1] } },
    ],
    ['unescapes keys', [{ op: 'add', path: '/extra/a~1b', value: 1 }], { extra: { ...document.extra, 'a/b': 1 } }],
  ])('%s', (_, operations, expected) => {
    const patch = readPatch(operations, newest);
    for (const _time of ['once', 'again']) expect(applyPatch(document, patch)).toEqual({ ...document, ...expected });
    expect(document).toEqual({ name: 'a', extra: { list: [1, 2], deep: { a: 1 } } });
  });

  it.each<[string, object]>([
    ['the removal of what is not there', { op: 'remove', path: '/extra/nope' }],
    ['the replacement of what is not there', { op: 'replace', path: '/extra/nope', value: 1 }],
    ['an index outside of a list', { op: 'add', path: '/extra/list/9', value: 1 }],
    ['a path through a value', { op: 'add', path: '/name/a', value: 1 }],
    ['a missing value', { op: 'add', path: '/extra/a' }],
    ['a path into a sealed secret', { op: 'add', path: '/extra/sealed/deeper', value: 1 }],
    ['a change of a sealed secret', { op: 'remove', path: '/extra/sealed/kid' }],
    ['a prototype', { op: 'add', path: '/extra/__proto__/a', value: 1 }],
  ])('refuses %s', (_, operation) => {
    const withSecret = { ...document, extra: { ...document.extra, sealed: { $sealed: 'AZZn', kid: 'k' } } };
    expect(() => applyPatch(withSecret, readPatch([operation], newest))).toThrow(/apply patch/);
  });
});

describe('readPatch', () => {
  it('takes escapes from 1.98 on', () => {
    const patch = [{ op: 'add', path: '/extra/a~1b', value: 1 }];
    expect(() => readPatch(patch, 97)).toThrow(/does not match/);
    expect(readPatch(patch, 98)).toHaveLength(1);
  });

  it('names what may be patched', () => {
    const patch = readPatch([{ op: 'replace', path: '/uuid', value: 'x' }], newest);
    expect(() => requirePatchable(patch, ['name'])).toThrow(/Cannot patch \/uuid.*name/);
  });
});
