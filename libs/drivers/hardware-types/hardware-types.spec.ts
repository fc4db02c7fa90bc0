import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { interfaceKinds } from '@bessemer/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { aNode } from '../testing/step-context.js';
import { createHardwareTypes, HardwareTypes } from './hardware-types.js';

const golden = join(process.env['BESSEMER_SHARED'] ?? '../shared', 'contract/golden');

const types = ['fake-hardware', 'ipmi', 'manual-management', 'redfish'];

const make = () =>
  createHardwareTypes({
    enabled: types,
    ...{ fakeDelayMs: 0, ipmitoolPath: 'ipmitool', workDir: '/nonexistent', now: () => new Date() },
  });

/** The body of a recorded answer of the group `drivers`. */
function recorded(name: string): Record<string, unknown> {
  const file = readdirSync(golden).find((candidate) => candidate.endsWith(`-drivers-${name}.json`));
  return JSON.parse(readFileSync(join(golden, file ?? name), 'utf8')).response.body;
}

describe(HardwareTypes.name, () => {
  let sut: HardwareTypes;
  beforeAll(() => {
    sut = make();
  });

  describe.skipIf(!existsSync(golden)).each(types)('%s', (name) => {
    it('shows and prefers the implementations of the API reference', () => {
      const body = recorded(`show-${name}`);
      const announced = sut.announcements().find((type) => type.name === name);
      for (const { kind, enabled, default: preferred } of announced?.interfaces ?? []) {
        if (body[`default_${kind}_interface`] === undefined) continue;
        expect({ kind, preferred }).toEqual({ kind, preferred: body[`default_${kind}_interface`] });
        expect({ kind, enabled: [...enabled].sort() }).toEqual({
          kind,
          enabled: [...(body[`enabled_${kind}_interfaces`] as string[])].sort(),
        });
      }
    });

    it('declares the properties of the API reference', () => {
      const names = sut.properties(name).map((property) => property.name);
      expect(names.sort()).toEqual(Object.keys(recorded(`properties-${name}`)).sort());
    });
  });

  it.each(types)('has every default of %s, and all that it accepts', (driver) => {
    const { interfaces } = sut.resolve(aNode({ driver }));
    for (const kind of interfaceKinds) expect(interfaces[kind].kind).toBe(kind);
    const announced = sut.announcements().find((type) => type.name === driver)?.interfaces ?? [];
    expect(announced.map(({ kind }) => kind)).toEqual([...interfaceKinds]);
    for (const { kind, accepted } of announced)
      for (const name of accepted)
        expect(sut.resolve(aNode({ driver, [`${kind}_interface`]: name })).interfaces[kind].name).toBe(name);
  });

  it('takes any implementation for fake-hardware, and an override from instance_info', () => {
    const node = aNode({
      deploy_interface: 'fake',
      management_interface: 'noop',
      instance_info: { deploy_interface: 'direct' },
    });
    const { interfaces } = sut.resolve(node);
    expect([interfaces.deploy.name, interfaces.management.name]).toEqual(['direct', 'noop']);
  });

  it('refuses what does not exist, is not supported or not enabled, naming the valid ones', () => {
    expect(() => sut.resolve(aNode({ deploy_interface: 'nope' }))).toThrow(/'nope'.*Valid interfaces are .*direct/);
    expect(() => sut.resolve(aNode({ driver: 'ipmi', power_interface: 'fake' }))).toThrow(
      'not supported by hardware type ipmi',
    );
    expect(() => sut.resolve(aNode({ driver: 'idrac' }))).toThrow('not enabled');
    expect(() =>
      createHardwareTypes({ enabled: ['x'], fakeDelayMs: 0, ipmitoolPath: '', workDir: '', now: () => new Date() }),
    ).toThrow('no hardware type x');
  });

  it('marks the secrets', () => {
    const secret = sut.properties('ipmi').filter((property) => property.secret);
    expect(secret.map(({ name }) => name)).toEqual(['ipmi_password', 'ipmi_hex_kg_key']);
    const ofRedfish = sut.properties('redfish').filter((property) => property.secret);
    expect(ofRedfish.map(({ name }) => name)).toEqual(['redfish_password']);
  });
});
