import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';
import { copiesOf } from './published-events.js';

/** It fits into no index, not even compressed. */
const longText = randomBytes(4500).toString('hex');

describe('a text that is too long to look a machine up by', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  it.each([
    ['the address of a BMC', { driver_info: { x_address: longText } }],
    ['the address of a BMC as a URL', { driver_info: { x_address: `https://${longText}:443/redfish` } }],
    ['a serial number', { properties: { serial_number: longText } }],
    ['a serial number in extra', { extra: { serial: longText } }],
  ])('is taken as %s and stands in no index, here or at others', async (_, fields) => {
    const node = await sut.node(fields);
    expect(await sut.shown(node)).toMatchObject(fields);
    const found = await sut.get(`/v1/find?identifier=${longText}`);
    expect([found.status, found.body['nodes']]).toEqual([200, []]);
    expect((await copiesOf(sut, node)).at(-1)).toMatchObject({ bmc_addresses: [], serial: null });
  });

  it('does not hide the shorter ones beside it', async () => {
    const node = await sut.node({
      driver_info: { a_address: longText, b_address: '192.0.2.77' },
      properties: { serial_number: longText },
      extra: { serial_number: 'SHORT-77' },
    });
    for (const identifier of ['192.0.2.77', 'SHORT-77', 'a'.repeat(255)]) {
      const { body } = await sut.get(`/v1/find?identifier=${identifier}`);
      const expected = identifier.startsWith('a') ? [] : [expect.objectContaining({ uuid: node })];
      expect([identifier, body['nodes']]).toEqual([identifier, expected]);
    }
    const longest = await sut.node({ properties: { serial_number: 'z'.repeat(255) } });
    const { body } = await sut.get(`/v1/find?identifier=${'z'.repeat(255)}`);
    expect(body['nodes']).toEqual([expect.objectContaining({ uuid: longest })]);
  });
});
