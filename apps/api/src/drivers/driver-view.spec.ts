import { interfaceKinds } from '@bessemer/contracts';
import { describe, expect, it } from 'vitest';
import { listSelection, showSelection } from '../records/selection.js';
import { driverFields } from '../versions/driver-fields.js';
import { driverParameters, driverShowParameters, readParameters } from '../versions/parameters.js';
import { viewOf } from './driver-view.js';

const offer = {
  type: {
    name: 'ipmi',
    interfaces: interfaceKinds.map((kind) => ({
      kind,
      enabled: [`a-${kind}`, `b-${kind}`],
      accepted: [`a-${kind}`, `b-${kind}`, `quiet-${kind}`],
      default: `a-${kind}`,
    })),
    properties: [],
    details: {},
  },
  hosts: ['host-1', 'host-2'],
};
const base = 'http://api.example.test';
const shown = (minor: number) => viewOf(offer, showSelection(driverFields, undefined, minor), base);
const listed = (minor: number) => Object.keys(viewOf(offer, listSelection(driverFields, {}, minor), base)).sort();

describe(viewOf.name, () => {
  it.each([
    ['properties', 14],
    ['type', 30],
    ...interfaceKinds
      .filter((kind) => !['bios', 'firmware', 'rescue', 'storage'].includes(kind))
      .map((kind): [string, number] => [`default_${kind}_interface`, 30]),
    ['default_storage_interface', 33],
    ['enabled_rescue_interfaces', 38],
    ['default_bios_interface', 40],
    ['enabled_firmware_interfaces', 86],
  ])('shows %s from 1.%i on', (field, since) => {
    expect(shown(since)).toHaveProperty(field);
    expect(shown(since - 1)).not.toHaveProperty(field);
  });

  it('lists no interfaces without detail', () => {
    expect(listed(1)).toEqual(['hosts', 'links', 'name']);
    expect(listed(14)).toEqual(['hosts', 'links', 'name', 'properties']);
    expect(listed(115)).toEqual(['hosts', 'links', 'name', 'properties', 'type']);
  });

  it('shows what is enabled, not what is merely accepted', () => {
    expect(shown(82)).toMatchObject({
      default_power_interface: 'a-power',
      enabled_power_interfaces: ['a-power', 'b-power'],
      hosts: ['host-1', 'host-2'],
      links: [
        { href: `${base}/v1/drivers/ipmi`, rel: 'self' },
        { href: `${base}/drivers/ipmi`, rel: 'bookmark' },
      ],
    });
  });

  it('shows the asked-for fields with the links', () => {
    const selection = showSelection(driverFields, ['Name', 'default_boot_interface'], 82);
    expect(Object.keys(viewOf(offer, selection, base))).toEqual(['name', 'default_boot_interface', 'links']);
  });

  it('refuses unknown fields as wrong and newer ones as not acceptable', () => {
    expect(() => showSelection(driverFields, ['xx'], 82)).toThrow('Field(s) "xx" are not valid');
    expect(() => showSelection(driverFields, ['default_firmware_interface'], 82)).toThrow(
      expect.objectContaining({ code: 'not-acceptable' }),
    );
  });

  it.each([driverParameters, driverShowParameters])('takes fields from 1.77 on', (parameters) => {
    expect(readParameters(parameters, { fields: 'name' }, 77)).toEqual({ fields: ['name'] });
    expect(() => readParameters(parameters, { fields: 'name' }, 76)).toThrow(
      expect.objectContaining({ code: 'not-acceptable' }),
    );
  });
});
