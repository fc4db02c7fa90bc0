import { describe, expect, it } from 'vitest';
import { RepeatedValues, valuesOf } from './repeated-values.js';

describe(valuesOf, () => {
  it.each([
    ['(f,fake,t)', ['f', 'fake', 't']],
    ['(,,)', [null, null, null]],
    ['()', [null]],
    ['("",x)', ['', 'x']],
    ['("a, b","(c)","d ""e""")', ['a, b', '(c)', 'd "e"']],
    ['("back\\\\slash","""",-1)', ['back\\slash', '"', '-1']],
    ['("""a"",b","line\nline",)', ['"a",b', 'line\nline', null]],
  ])('reads %s', (text, expected) => {
    expect(valuesOf(text)).toEqual(expected);
  });
});

describe(RepeatedValues.name, () => {
  const fields = [
    ['retired', { type: 'boolean' }],
    ['owner', { type: 'string' }],
    ['traits', { type: 'list' }],
  ] as const;
  const parse = (members: string): unknown => JSON.parse(`{${members}}`);

  it('writes values as their types want them, and again in the same way', () => {
    const sut = new RepeatedValues(fields);
    for (let time = 0; time < 2; time += 1) {
      expect(parse(sut.write('(t,"a ""b""","[""X"", ""Y""]")'))).toEqual({
        retired: true,
        owner: 'a "b"',
        traits: ['X', 'Y'],
      });
      expect(parse(sut.write('(f,,[])'))).toEqual({ retired: false, owner: null, traits: [] });
    }
  });

  it('is right for more values than it remembers, long ones among them, and for fields chosen otherwise', () => {
    const sut = new RepeatedValues(fields);
    for (let index = 0; index < 5000; index += 1)
      expect(parse(sut.write(`(t,owner-${index % 2500},[])`))).toMatchObject({ owner: `owner-${index % 2500}` });
    const long = 'x'.repeat(5000);
    expect(parse(sut.write(`(t,${long},[])`))).toMatchObject({ owner: long });
    for (let index = 0; index < 20; index += 1)
      expect(parse(new RepeatedValues([[`field-${index}`, { type: 'string' }]]).write('(same)'))).toEqual({
        [`field-${index}`]: 'same',
      });
  });
});
