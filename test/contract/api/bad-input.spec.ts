import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture, type RequestOptions } from './api-fixture.js';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('bad input', () => {
  let sut: ApiFixture;
  let node: string;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    node = await sut.node({ name: 'there' });
  });
  afterAll(() => sut.stop());

  const create = (body: object): [string, string, RequestOptions] => ['POST', '/v1/nodes', { body }];
  const patch = (...operations: object[]): [string, string, RequestOptions] => [
    'PATCH',
    '/v1/nodes/there',
    { body: operations },
  ];
  const good = { driver: 'fake-hardware' };

  it.each<[string, number, string, [string, string, RequestOptions]]>([
    ['malformed JSON', 400, 'JSON', ['POST', '/v1/nodes', { raw: '{not json' }]],
    ['no object', 400, 'object', ['POST', '/v1/nodes', { raw: '[]' }]],
    ['an empty body', 400, 'driver', ['POST', '/v1/nodes', {}]],
    ['deep nesting', 400, 'nested', ['POST', '/v1/nodes', { raw: nested(26) }]],
    ['an unknown field', 400, 'colour', create({ ...good, colour: 'red' })],
    ['a wrong type', 400, 'driver_info', create({ ...good, driver_info: 'x' })],
    ['a wrong boolean', 400, 'retired', create({ ...good, retired: 'maybe' })],
    ['a bad UUID', 400, 'uuid', create({ ...good, uuid: 'zzz' })],
    ['a bad name', 400, 'name', create({ ...good, name: 'a b' })],
    ['a NUL character', 400, 'description', create({ ...good, description: 'a\u0000b' })],
    ['a NUL character in an object', 400, 'extra', create({ ...good, extra: { a: 'a\u0000b' } })],
    ['a sealed value', 400, '$sealed', create({ ...good, driver_info: { a: { $sealed: 'x', kid: 'y' } } })],
    ['an unknown driver', 400, 'driver', create({ driver: 'no-such' })],
    ['an unknown interface', 400, 'deploy', create({ ...good, deploy_interface: 'no-such' })],
    [
      'a field of a newer version',
      406,
      'owner',
      ['POST', '/v1/nodes', { body: { ...good, owner: 'x' }, version: '1.49' }],
    ],
    ['a duplicate name', 409, 'there', create({ ...good, name: 'there' })],
    ['a patch that is no list', 400, 'array', ['PATCH', '/v1/nodes/there', { body: { op: 'add' } }]],
    ['an unknown operation', 400, 'test', patch({ op: 'test', path: '/name', value: 'x' })],
    ['a forbidden field', 400, '/provision_state', patch({ op: 'replace', path: '/provision_state', value: 'active' })],
    ['the path of a prototype', 400, '__proto__', patch({ op: 'add', path: '/extra/__proto__', value: {} })],
    [
      'a sealed value in a patch',
      400,
      '$sealed',
      patch({ op: 'add', path: '/driver_info/a', value: { $sealed: 'x' } }),
    ],
    ['a missing member', 400, 'nope', patch({ op: 'remove', path: '/extra/nope' })],
    ['an unknown parameter', 400, 'colour', ['GET', '/v1/nodes?colour=red', {}]],
    ['an unknown field in a list', 400, 'colour', ['GET', '/v1/nodes?fields=colour', {}]],
    ['a bad limit', 400, 'limit', ['GET', '/v1/nodes?limit=x', {}]],
    ['a limit of nothing', 400, 'Limit', ['GET', '/v1/nodes?limit=0', {}]],
    ['a bad sort key', 400, 'driver_info', ['GET', '/v1/nodes?sort_key=driver_info', {}]],
    ['an unknown marker', 404, '1be26c0b', ['GET', '/v1/nodes?marker=1be26c0b-03f2-4d2e-ae87-c02d7f33c123', {}]],
    ['an unknown node', 404, 'missing', ['GET', '/v1/nodes/missing', {}]],
    ['no target', 400, 'target', ['PUT', '/v1/nodes/there/states/provision', { body: {} }]],
    [
      'an unknown argument',
      400,
      'foo',
      ['PUT', '/v1/nodes/there/states/provision', { body: { target: 'manage', foo: 1 } }],
    ],
    [
      'an argument of another verb',
      400,
      'clean_steps',
      [
        'PUT',
        '/v1/nodes/there/states/provision',
        { body: { target: 'manage', clean_steps: [{ interface: 'bios', step: 'x' }] } },
      ],
    ],
    ['a wrong power target', 400, 'bogus', ['PUT', '/v1/nodes/there/states/power', { body: { target: 'bogus' } }]],
    [
      'a wrong timeout',
      400,
      'timeout',
      ['PUT', '/v1/nodes/there/states/power', { body: { target: 'power on', timeout: 0 } }],
    ],
    ['a bad trait', 400, 'lower', ['PUT', '/v1/nodes/there/traits/lower', {}]],
    [
      'a bad MAC',
      400,
      'address',
      ['POST', '/v1/ports', { body: { node_uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c123', address: 'x' } }],
    ],
    ['a version that is malformed', 406, 'Version', ['GET', '/v1/nodes', { version: 'abc' }]],
    ['a version that is too new', 406, '1.116', ['GET', '/v1/nodes', { version: '1.116' }]],
    ['a path that is not there', 404, '', ['GET', '/v1/nosuch', {}]],
    ['a method that is not there', 405, '', ['PUT', '/v1/nodes', { body: {} }]],
    [
      'a heartbeat without a token',
      400,
      'token',
      ['POST', '/v1/heartbeat/there', { body: { callback_url: 'https://192.0.2.1:9999', agent_version: '9' } }],
    ],
    ['a look-up without anything', 400, 'addresses', ['GET', '/v1/lookup', {}]],
    [
      'a wrong Last-Event-ID',
      400,
      'Last-Event-ID',
      ['GET', '/v1/events/stream', { headers: { 'last-event-id': 'x' } }],
    ],
  ])('refuses %s with %i', async (_, status, named, [method, path, options]) => {
    const before = await sut.shown(node);
    const refused = await sut.request(method, path, options);
    expect([refused.status, refused.fault]).toEqual([status, expect.stringContaining(named)]);
    expect(await sut.shown(node)).toEqual(before);
  });

  it.each([
    ['any route', '/v1/nodes', 1024 * 1024],
    ['continue_inspection', '/v1/continue_inspection', 16 * 1024 * 1024],
  ])('refuses a body above the limit of %s with 413', async (_, path, limit) => {
    const refused = await sut.request('POST', path, { raw: JSON.stringify({ a: 'x'.repeat(limit) }) });
    expect(refused.status).toBe(413);
    expect(refused.body).toMatchObject({ faultcode: 'Client' });
  });

  it('takes a larger body where a config drive may be', async () => {
    const body = { target: 'active', configdrive: 'x'.repeat(2 * 1024 * 1024) };
    const refused = await sut.request('PUT', `/v1/nodes/${node}/states/provision`, { body });
    expect(refused.status).toBe(400);
    expect(refused.fault).toContain('can not be performed');
  });

  it('says in which form an error comes', async () => {
    const fault = await sut.request('GET', '/v1/nodes/missing');
    expect(JSON.parse(String(fault.body['error_message']))).toEqual({
      faultcode: 'Client',
      faultstring: 'Node missing could not be found.',
      debuginfo: null,
    });
    expect(fault.headers.get('x-openstack-ironic-api-version')).toBe('1.115');
    const routing = await sut.request('GET', '/v1/nosuch');
    expect(JSON.parse(String(routing.body['error_message']))).toMatchObject({ code: 404, title: 'Not Found' });
  });
});
