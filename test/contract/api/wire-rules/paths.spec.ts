import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture } from '../api-fixture.js';
import { sendRaw } from './wire.js';

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123';
const namesIn = (answer: Answer): unknown[] => (answer.body['nodes'] as { name: unknown }[]).map(({ name }) => name);

describe('paths (§0.1)', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    for (const name of ['there', 'second', 'third', 'fourth.json'])
      await sut.node({ name, resource_class: 'baremetal', ...(name === 'there' ? { uuid } : {}) });
  });
  afterAll(() => sut.stop());

  it.each([
    '/v1/nodes',
    '/v1/nodes/',
    '/v1/nodes//',
    '//v1//nodes',
    '/nodes',
    '/nodes/',
    '/v1/nodes.json',
    '/nodes.json/',
  ])('%s is the list of nodes', async (path) => {
    const answer = await sendRaw(sut, path, { 'X-OpenStack-Ironic-API-Version': '1.90' });
    expect([answer.status, namesIn(answer)]).toEqual([200, ['there', 'second', 'third', 'fourth.json']]);
  });

  it('keeps the query of such a path', async () => {
    const answer = await sendRaw(sut, '/nodes/?fields=name&limit=1', { 'X-OpenStack-Ironic-API-Version': '1.90' });
    expect(namesIn(answer)).toEqual(['there']);
  });

  it.each(['/', '/v1', '/v1/', '/v1.json'])('%s is a document of versions', async (path) => {
    const answer = await sendRaw(sut, path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
  });

  it.each([
    ['there.json', '1.90', 'there'],
    ['fourth', '1.90', undefined],
    ['fourth.json', '1.90', 'fourth.json'],
    ['fourth.json.json', '1.90', 'fourth.json'],
    ['there.json', '1.91', undefined],
    ['fourth.json', '1.91', 'fourth.json'],
    [`${uuid}.json`, '1.90', 'there'],
    [`${uuid}.json`, '1.91', undefined],
  ])('finds %s at %s as %s', async (ident, version, name) => {
    const answer = await sut.get(`/v1/nodes/${ident}`, version);
    expect([answer.status, answer.body['name']]).toEqual([name === undefined ? 404 : 200, name]);
  });

  it('takes the whole URL as the target of a request', async () => {
    expect((await sendRaw(sut, `${sut.api.url}/v1/nodes`)).status).toBe(200);
  });

  it.each([
    ['%', '/v1/nodes/%'],
    ['%zz', '/v1/nodes/%zz'],
    ['a cut off character', '/v1/nodes/%e4'],
    ['an overlong character', '/v1/nodes/%c0%af'],
    ['NUL', '/v1/nodes/%00'],
    ['NUL in a name', '/v1/nodes/a%00b'],
    ['a line end', '/v1/nodes/a%0d%0ab'],
    ['an encoded slash', '/v1/nodes/a%2fb'],
    ['dots', '/v1/nodes/..'],
    ['encoded dots', '/v1/nodes/%2e%2e/nodes'],
    ['a long name', `/v1/nodes/${'a'.repeat(999)}`],
    ['a name beyond any limit', `/v1/nodes/${'a'.repeat(8000)}`],
    ['many segments', `/v1/${'a/'.repeat(3000)}`],
    ['NUL in a query', '/v1/nodes?owner=%00'],
    ['NUL in a filter', '/v1/nodes?resource_class=a%00b'],
    ['NUL in a marker', '/v1/nodes?marker=%00'],
    ['NUL in a key', '/v1/nodes?sort_key=%00'],
    ['NUL in a field', '/v1/nodes?fields=%00'],
    ['NUL in a look-up', '/v1/lookup?addresses=%00'],
    ['a bad escape in a query', '/v1/nodes?owner=%zz'],
    ['a bad character in a query', '/v1/nodes?owner=%e4'],
    ['a parameter of the prototype', '/v1/nodes?__proto__=1'],
    ['a key of the prototype', '/v1/nodes?sort_key=__proto__'],
    ['a field of the prototype', '/v1/nodes?fields=constructor'],
    ['a marker that is no UUID', '/v1/nodes?marker=nonsense'],
    ['a conductor as marker', '/v1/conductors?marker=nonsense'],
    ['a port as marker', '/v1/ports?marker=nonsense'],
    ['an allocation as marker', '/v1/allocations?marker=nonsense'],
    ['NUL in a driver', '/v1/drivers/%00'],
    ['NUL in a conductor', '/v1/conductors/%00'],
    ['NUL in a port', '/v1/ports/%00'],
    ['NUL in an allocation', '/v1/allocations/%00'],
    ['NUL in a trait', `/v1/nodes/${uuid}/traits/%00`],
    ['NUL in an entry', `/v1/nodes/${uuid}/history/%00`],
    ['NUL in a setting', `/v1/nodes/${uuid}/bios/%00`],
    ['NUL in a workflow', '/v1/workflows/%00'],
    ['NUL in a rule', '/v1/inspection_rules/%00'],
    ['NUL in a stream', '/v1/events/stream?node=%00'],
    ['a fragment', '/v1/nodes#fragment'],
    ['an asterisk', '*'],
    ['backslashes', '/v1\\nodes'],
  ])('never fails on %s', async (_, path) => {
    const answer = await sendRaw(sut, path, { 'X-OpenStack-Ironic-API-Version': '1.115' });
    expect(answer.status, answer.text).toBeLessThan(500);
    if (answer.status >= 400) expect(answer.body).toHaveProperty('error_message');
  });
});
