import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from '../api-fixture.js';
import { faultOf, inner, sendRaw, versionHeaders } from './wire.js';

describe('versions (§0.1)', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  it.each<[string, Record<string, string>, string]>([
    ['no header', {}, '1.1'],
    ['latest', { 'X-OpenStack-Ironic-API-Version': 'latest' }, '1.115'],
    ['Latest', { 'X-OpenStack-Ironic-API-Version': 'Latest' }, '1.115'],
    ['the oldest', { 'X-OpenStack-Ironic-API-Version': '1.1' }, '1.1'],
    ['the newest', { 'X-OpenStack-Ironic-API-Version': '1.115' }, '1.115'],
    ['the newer header', { 'OpenStack-API-Version': 'baremetal 1.61' }, '1.61'],
    ['the newer header among others', { 'OpenStack-API-Version': 'compute 2.1, baremetal 1.61' }, '1.61'],
    ['the newer header of others', { 'OpenStack-API-Version': 'compute 2.1' }, '1.1'],
    ['the newer header, latest', { 'OpenStack-API-Version': 'baremetal latest' }, '1.115'],
    [
      'both, of which the older wins',
      { 'X-OpenStack-Ironic-API-Version': '1.70', 'OpenStack-API-Version': 'baremetal 1.61' },
      '1.70',
    ],
  ])('takes %s', async (_, headers, effective) => {
    const answer = await sendRaw(sut, '/v1/nodes', headers);
    expect([answer.status, ...versionHeaders.map((name) => answer.headers.get(name))]).toEqual([
      200,
      effective,
      '1.1',
      '1.115',
    ]);
  });

  it.each(['1.0', '1.116', '1.999', '2.0', '0.5', '2.1'])('refuses %s, and says what is served', async (version) => {
    const answer = await sendRaw(sut, '/v1/nodes', { 'X-OpenStack-Ironic-API-Version': version });
    expect([answer.status, ...versionHeaders.map((name) => answer.headers.get(name))]).toEqual([
      406,
      null,
      '1.1',
      '1.115',
    ]);
    expect(inner(answer)).toMatchObject({ code: 406, title: 'Not Acceptable' });
  });

  it.each(['abc', '1', '1.1.1', '1.', '.1', '-1.1', '1,1', '1.1e1', '1.99999999999', 'latest.1', ' '])(
    'refuses %j',
    async (version) => {
      const answer = await sendRaw(sut, '/v1/nodes', { 'X-OpenStack-Ironic-API-Version': version });
      expect(answer.status).toBe(406);
      expect(inner(answer)).toMatchObject({ code: 406, title: 'Not Acceptable' });
    },
  );

  it.each(['baremetal', 'baremetal abc', 'baremetal 1.116'])('refuses the newer header %j', async (version) => {
    expect((await sendRaw(sut, '/v1/nodes', { 'OpenStack-API-Version': version })).status).toBe(406);
  });

  it('wraps the refusal of the version document as a handler does', async () => {
    const answer = await sendRaw(sut, '/v1', { 'X-OpenStack-Ironic-API-Version': '1.999' });
    expect([answer.status, inner(answer)]).toEqual([406, faultOf('Client')]);
  });

  it('serves the root at any version', async () => {
    expect((await sendRaw(sut, '/', { 'X-OpenStack-Ironic-API-Version': '9.9' })).status).toBe(200);
  });

  it.each([
    ['an answer', '/v1/nodes', 200],
    ['an error', '/v1/nodes/missing', 404],
  ])('names the request in the headers of %s', async (_, path, status) => {
    const [old, young] = [await sut.get(path, '1.106'), await sut.get(path, '1.107')];
    expect([old.status, young.status]).toEqual([status, status]);
    expect(old.headers.get('openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(old.headers.get('x-openstack-request-id')).toBeNull();
    expect(young.headers.get('x-openstack-request-id')).toBe(young.headers.get('openstack-request-id'));
    for (const name of versionHeaders) expect(young.headers.get(name)).not.toBeNull();
  });
});
