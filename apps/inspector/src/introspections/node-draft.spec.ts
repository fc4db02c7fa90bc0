import { describe, expect, it } from 'vitest';
import { NodeDraft } from './node-draft.js';

const draft = () =>
  new NodeDraft({
    driver: 'ipmi',
    properties: { capabilities: 'profile:compute,legacy,url:http://x:1' },
    extra: { list: ['a'], racks: [{ name: 'r1' }] },
  });

describe(NodeDraft.name, () => {
  it('tells each change once, with the rule that asked for it', () => {
    const sut = draft();
    sut.set(['properties', 'cpus'], '16');
    sut.set(['driver'], 'ipmi');
    sut.set(['extra', 'rack'], 'r7', 'Racks');
    expect(sut.toPatch()).toEqual({
      fields: [
        { op: 'set', path: '/properties/cpus', value: '16' },
        { op: 'set', path: '/extra/rack', value: 'r7', rule: 'Racks' },
      ],
    });
    expect(sut.get(['extra', 'rack'])).toBe('r7');
  });

  it('makes the objects on the way and tells the first of them', () => {
    const sut = draft();
    sut.set(['extra', 'site', 'row'], 3);
    sut.set(['extra', 'site', 'hall'], 'A');
    expect(sut.toPatch().fields).toEqual([
      { op: 'set', path: '/extra/site', value: { row: 3 } },
      { op: 'set', path: '/extra/site/hall', value: 'A' },
    ]);
  });

  it('tells a change within a list as the whole list', () => {
    const sut = draft();
    sut.set(['extra', 'racks', '0', 'name'], 'r2');
    sut.set(['extra', 'list', '-'], 'b');
    expect(sut.toPatch().fields).toEqual([
      { op: 'set', path: '/extra/racks', value: [{ name: 'r2' }] },
      { op: 'set', path: '/extra/list', value: ['a', 'b'] },
    ]);
  });

  it.each([
    ['a value that is there, unique', 'a', true, undefined],
    ['a value that is there', 'a', false, ['a', 'a']],
    ['a new value', 'b', true, ['a', 'b']],
  ])('extends a list by %s', (_, value, unique, expected) => {
    const sut = draft();
    sut.extend(['extra', 'list'], value, { unique });
    expect(sut.toPatch().fields?.[0]?.value).toEqual(expected);
  });

  it('refuses to extend what is no list', () => {
    expect(() => draft().extend(['driver'], 'x', { unique: false })).toThrow('is no list');
  });

  it('keeps foreign capabilities in their order', () => {
    const sut = draft();
    sut.setCapability('profile', 'control');
    sut.setCapability('boot_mode', 'uefi');
    expect(sut.get(['properties', 'capabilities'])).toBe('profile:control,legacy,url:http://x:1,boot_mode:uefi');
    sut.unsetCapability('legacy');
    expect(sut.get(['properties', 'capabilities'])).toBe('profile:control,url:http://x:1,boot_mode:uefi');
  });

  it('removes fields and entries of lists', () => {
    const sut = draft();
    sut.remove(['extra', 'racks', '0']);
    sut.remove(['extra', 'list']);
    sut.remove(['extra', 'missing']);
    expect(sut.toPatch().fields).toEqual([
      { op: 'set', path: '/extra/racks', value: [] },
      { op: 'remove', path: '/extra/list' },
    ]);
  });

  it('lets the last word on a trait and on a port stand', () => {
    const sut = draft();
    sut.addTrait('CUSTOM_A');
    sut.removeTrait('CUSTOM_A');
    sut.addTrait('CUSTOM_B');
    sut.upsertPort({ address: '52:54:00:00:00:01', pxe_enabled: true });
    sut.upsertPort({ address: '52:54:00:00:00:01', physical_network: 'p1' });
    expect(sut.toPatch()).toEqual({
      addTraits: ['CUSTOM_B'],
      removeTraits: ['CUSTOM_A'],
      ports: [{ address: '52:54:00:00:00:01', pxe_enabled: true, physical_network: 'p1' }],
    });
  });
});
