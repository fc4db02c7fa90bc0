import { describe, expect, it } from 'vitest';
import { type Evidence, evidenceOf } from './evidence.js';
import { type Candidate, matchMachine } from './match.js';

const a = 'aaaaaaaa-0000-4000-8000-000000000001';
const b = 'bbbbbbbb-0000-4000-8000-000000000002';
const machine = (uuid: string, fields: Partial<Candidate> = {}): Candidate => ({
  uuid,
  macs: [],
  bmcAddresses: [],
  serial: null,
  isWaiting: true,
  ...fields,
});
const evidence = (fields: Partial<Evidence>): Evidence => ({
  uuid: null,
  macs: [],
  bmcAddresses: [],
  serial: null,
  ...fields,
});
const mac = { macs: ['52:54:00:00:00:01'] };
const bmc = { bmcAddresses: ['10.0.0.1'] };

describe(matchMachine.name, () => {
  it.each<[string, Partial<Evidence>, Candidate[], object]>([
    ['nothing in common', mac, [], { kind: 'none' }],
    ['the UUID', { uuid: a }, [machine(a)], { kind: 'found', uuid: a, score: 8 }],
    ['one of the MACs', { macs: ['x', ...mac.macs] }, [machine(a, mac)], { kind: 'found', uuid: a, score: 4 }],
    ['the BMC address alone', bmc, [machine(a, bmc)], { kind: 'found', uuid: a, score: 2 }],
    ['the serial number alone', { serial: 'S' }, [machine(a, { serial: 'S' })], { kind: 'found', uuid: a, score: 1 }],
    [
      'everything',
      { uuid: a, ...mac, ...bmc, serial: 'S' },
      [machine(a, { ...mac, ...bmc, serial: 'S' })],
      { kind: 'found', score: 15 },
    ],
    [
      'a MAC, beside a BMC that several share',
      { ...mac, ...bmc },
      [machine(a, { ...mac, ...bmc }), machine(b, bmc)],
      { kind: 'found', uuid: a },
    ],
    [
      'BMC and serial number against a serial number',
      { ...bmc, serial: 'S' },
      [machine(a, { ...bmc, serial: 'S' }), machine(b, { serial: 'S' })],
      { kind: 'found', uuid: a, score: 3 },
    ],
    [
      'MACs of two nodes',
      { macs: ['m1', 'm2'] },
      [machine(a, { macs: ['m1'] }), machine(b, { macs: ['m2'] })],
      { kind: 'conflict', uuids: [a, b] },
    ],
    [
      'MACs of two nodes, one of them idle',
      { macs: ['m1', 'm2'] },
      [machine(a, { macs: ['m1'] }), machine(b, { macs: ['m2'], isWaiting: false })],
      { kind: 'conflict' },
    ],
    [
      'the UUID of one and a MAC of another',
      { uuid: a, ...mac },
      [machine(a), machine(b, mac)],
      { kind: 'conflict', uuids: [a, b] },
    ],
    ['a BMC that two nodes share', bmc, [machine(a, bmc), machine(b, bmc)], { kind: 'conflict', uuids: [a, b] }],
    [
      'a MAC of one and the BMC of another',
      { ...mac, ...bmc },
      [machine(a, { ...mac, bmcAddresses: ['10.0.0.9'] }), machine(b, bmc)],
      { kind: 'conflict' },
    ],
    [
      'a MAC of one without a BMC and the BMC of another',
      { ...mac, ...bmc },
      [machine(a, mac), machine(b, bmc)],
      { kind: 'found', uuid: a },
    ],
    ['a MAC of an idle node', mac, [machine(a, { ...mac, isWaiting: false })], { kind: 'idle', uuid: a }],
    ['the BMC of an idle node', bmc, [machine(a, { ...bmc, isWaiting: false })], { kind: 'none' }],
  ])('%s', (_, given, candidates, expected) => {
    expect(matchMachine(evidence(given), candidates)).toMatchObject(expected);
  });
});

describe(evidenceOf.name, () => {
  it('leaves out what tells nothing', () => {
    const inventory = {
      bmc_address: '127.0.0.1',
      bmc_v6address: '::/0',
      system_vendor: { serial_number: 'To be filled by O.E.M.' },
      interfaces: [
        { name: 'a', mac_address: '52:54:00:AA:00:01' },
        { name: 'b', mac_address: 'x' },
      ],
    };
    expect(evidenceOf({ inventory }, null)).toEqual(evidence({ macs: ['52:54:00:aa:00:01'] }));
  });

  it('takes both BMC addresses and the serial number', () => {
    const inventory = {
      bmc_address: '10.0.0.1',
      bmc_v6address: 'fd00::1/64',
      system_vendor: { serial_number: ' S1 ' },
    };
    expect(evidenceOf({ inventory }, a)).toEqual({
      uuid: a,
      macs: [],
      bmcAddresses: ['10.0.0.1', 'fd00::1'],
      serial: 'S1',
    });
  });
});
