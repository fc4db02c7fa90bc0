import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture, type RequestOptions } from '../api-fixture.js';
import { faultOf, inner, sendRaw, versionHeaders } from './wire.js';

const uuid = '1be26c0b-03f2-4d2e-ae87-c02d7f33c123';
const missing = '1be26c0b-03f2-4d2e-ae87-c02d7f33cfff';

describe('methods', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    await sut.node({ name: 'there', uuid });
  });
  afterAll(() => sut.stop());

  it.each(['/v1/nodes', '/v1/nosuch', '/'])('answers OPTIONS %s without a body', async (path) => {
    const answer = await sendRaw(
      sut,
      path,
      { origin: 'http://example.test', 'access-control-request-method': 'GET' },
      'OPTIONS',
    );
    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([200, '', null]);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('has no HEAD, and says what there is', async () => {
    const answer = await sendRaw(sut, '/v1/nodes', { 'X-OpenStack-Ironic-API-Version': '1.115' }, 'HEAD');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'DELETE, GET, PATCH, POST']);
  });

  it.each([
    ['PUT', '/v1/nodes', 405],
    ['DELETE', '/v1/ports', 405],
    ['POST', `/v1/nodes/${uuid}/states`, 405],
    ['GET', '/v1/nosuch', 404],
    ['GET', '/nosuch', 404],
    ['GET', '/v2', 404],
    ['POST', '/v1/nodes/a/b/c/d', 404],
  ])('refuses %s %s with %i in the form of routing', async (method, path, status) => {
    const answer = await sut.request(method, path, method === 'GET' ? {} : { body: {} });
    expect(answer.status).toBe(status);
    expect(inner(answer)).toEqual({
      code: status,
      title: status === 404 ? 'Not Found' : 'Method Not Allowed',
      description: expect.any(String),
    });
    for (const name of versionHeaders) expect(answer.headers.get(name)).toBeNull();
    expect(answer.headers.has('allow')).toBe(status === 405);
  });

  it.each([
    ['POST', '/v1/allocations', '1.51', 405],
    ['PATCH', `/v1/allocations/${missing}`, '1.56', 405],
    ['GET', '/v1/allocations', '1.51', 404],
    ['POST', '/v1/inspection_rules', '1.95', 405],
    ['GET', '/v1/inspection_rules', '1.95', 404],
  ])('refuses %s %s at %s with %i', async (method, path, version, status) => {
    const answer = await sut.request(method, path, { version, ...(method === 'GET' ? {} : { body: [] }) });
    expect(answer.status).toBe(status);
  });

  it('deletes and patches the node that the query names, as old clients ask', async () => {
    const node = await sut.node({ name: 'old' });
    const body = [{ op: 'add', path: '/extra/a', value: 1 }];
    expect((await sut.request('PATCH', '/v1/nodes?node_ident=old', { body })).body['extra']).toEqual({ a: 1 });
    const gone = await sut.request('DELETE', `/v1/nodes?node_ident=${node}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    for (const method of ['DELETE', 'PATCH']) {
      const refused = await sut.request(method, '/v1/nodes', { body });
      expect([refused.status, refused.fault]).toEqual([400, expect.stringContaining('node_ident')]);
    }
  });
});

describe('bodies and errors (§0.2)', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    await sut.node({ name: 'there', uuid });
  });
  afterAll(() => sut.stop());

  it('wraps the error of a handler twice', async () => {
    const answer = await sut.get('/v1/nodes/missing');
    expect(inner(answer)).toEqual(faultOf('Client'));
    expect(answer.headers.get('content-type')).toContain('application/json');
    const unavailable = await sut.request('POST', '/v1/continue_inspection', { body: { inventory: {} } });
    expect([unavailable.status, inner(unavailable)]).toEqual([503, faultOf('Server')]);
  });

  it.each<[string, number, RequestOptions]>([
    ['too large', 413, { raw: `{"a":"${'x'.repeat(1024 * 1024)}"}` }],
    ['nested too deep', 400, { raw: '['.repeat(26) }],
  ])('does not wrap the refusal of a body that is %s', async (_, status, options) => {
    const answer = await sut.request('POST', '/v1/nodes', options);
    expect([answer.status, answer.body]).toEqual([status, { faultcode: 'Client', faultstring: expect.any(String) }]);
  });

  it('does not wrap it either when the length is not announced', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(128 * 1024));
    const parts = Array.from({ length: 10 }, () => chunk);
    const body = new ReadableStream({
      pull: (controller) => {
        const part = parts.pop();
        if (part === undefined) controller.close();
        else controller.enqueue(part);
      },
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
    const answer = await fetch(`${sut.api.url}/v1/nodes`, init);
    expect([answer.status, await answer.json()]).toEqual([
      413,
      { faultcode: 'Client', faultstring: expect.any(String) },
    ]);
  });

  it.each([25, 26])('counts levels: %i', async (levels) => {
    const extra = `${'{"a":'.repeat(levels - 2)}{}${'}'.repeat(levels - 2)}`;
    const answer = await sut.request('POST', '/v1/nodes', { raw: `{"driver":"fake-hardware","extra":${extra}}` });
    expect(answer.status).toBe(levels <= 25 ? 201 : 400);
    if (answer.status === 201) await sut.request('DELETE', `/v1/nodes/${answer.body['uuid']}`);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8', 'nonsense'])(
    'reads a body whatever it says it is: %s',
    async (type) => {
      const body = { driver: 'fake-hardware' };
      const answer = await sut.request('POST', '/v1/nodes', { body, headers: { 'content-type': type } });
      expect(answer.status).toBe(201);
      await sut.request('DELETE', `/v1/nodes/${answer.body['uuid']}`);
    },
  );

  it('reads a body that says nothing of what it is', async () => {
    const body = new TextEncoder().encode('{"driver":"fake-hardware"}');
    expect((await fetch(`${sut.api.url}/v1/nodes`, { method: 'POST', body })).status).toBe(201);
  });

  it('sends nothing with 204, and with a 202 that has no body', async () => {
    const node = await sut.node();
    const answers = [
      await sut.verb(node, 'manage'),
      await sut.request('PUT', `/v1/nodes/${uuid}/maintenance`, { body: { reason: 'why' } }),
      await sut.request('PUT', `/v1/nodes/${uuid}/traits/CUSTOM_A`),
      await sut.request('DELETE', `/v1/nodes/${uuid}/traits/CUSTOM_A`),
      await sut.request('DELETE', `/v1/nodes/${uuid}/maintenance`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 204, 204, 202]);
    for (const { text, headers } of answers) expect([text, headers.get('content-type')]).toEqual(['', null]);
  });

  it.each([
    ['application/json', 200],
    ['*/*', 200],
    ['application/*', 200],
    ['text/html, application/json;q=0.5', 200],
    ['APPLICATION/JSON', 200],
    ['', 200],
    ['application/xml', 406],
    ['text/html', 406],
  ])('answers a client that takes %j with %i', async (accept, status) => {
    const answer = await sendRaw(sut, '/v1/nodes', { accept });
    expect(answer.status).toBe(status);
    if (status === 406) expect(String(answer.body['error_message'])).toMatch(/^406 Not Acceptable/);
  });
});
