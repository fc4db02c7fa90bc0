import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ApiFixture } from '../api-fixture.js';
import { versionHeaders } from './wire.js';

describe('pages of other origins (§0.1)', () => {
  const origin = 'https://console.example';
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start({
      BESSEMER_API_CORS_ORIGINS: `${origin}, http://127.0.0.1:8080`,
      BESSEMER_PUBLIC_URL: 'https://api.example/baremetal',
    });
  });
  afterAll(() => sut.stop());

  it('may ask what they may do', async () => {
    const answer = await sut.request('OPTIONS', '/v1/nodes', {
      headers: { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'if-match' },
    });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/X-OpenStack-Ironic-API-Version/);
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/Authorization.*If-Match/);
  });

  it.each([
    ['an answer', '/v1/nodes', '1.115'],
    ['the refusal of a version, which clients negotiate by', '/v1/nodes', '1.999'],
    ['an error of routing', '/v1/nosuch', '1.115'],
  ])('may read the versions in the headers of %s', async (_, path, version) => {
    const answer = await sut.request('GET', path, { version, headers: { origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    const exposed = answer.headers.get('access-control-expose-headers')?.toLowerCase();
    for (const name of versionHeaders) expect(exposed).toContain(name);
    expect(answer.headers.get('vary')?.toLowerCase()).toContain('origin');
  });

  it('may follow the events', async () => {
    const abort = new AbortController();
    const stream = await fetch(`${sut.api.url}/v1/events/stream`, { headers: { origin }, signal: abort.signal });
    expect(stream.headers.get('access-control-allow-origin')).toBe(origin);
    abort.abort();
  });

  it.each(['https://evil.example', 'http://console.example', 'null'])(
    'may not when they come from %s',
    async (other) => {
      for (const method of ['OPTIONS', 'GET']) {
        const answer = await sut.request(method, '/v1/nodes', {
          headers: { origin: other, 'access-control-request-method': 'GET' },
        });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );

  const create = (from: string): Promise<Answer> =>
    sut.request('POST', '/v1/nodes', {
      raw: JSON.stringify({ driver: 'fake-hardware' }),
      headers: { origin: from, 'content-type': 'text/plain' },
    });
  const namesOfNodes = async (): Promise<unknown> => (await sut.get('/v1/nodes')).body['nodes'];

  it('may change what they are named for, and so may those of the api itself', async () => {
    for (const from of [origin, 'http://127.0.0.1:8080', sut.api.url, 'https://api.example'])
      expect([from, (await create(from)).status]).toEqual([from, 201]);
  });

  it.each(['https://evil.example', 'http://console.example', 'http://127.0.0.1', 'null', ''])(
    'may change nothing when they come from "%s", though a browser asks nobody before it sends plain text',
    async (from) => {
      const before = await namesOfNodes();
      const answer = await create(from);
      expect([answer.status, answer.body]).toEqual([403, { error_message: expect.any(String) }]);
      expect(JSON.parse(String(answer.body['error_message']))).toEqual({
        faultcode: 'Client',
        faultstring: expect.stringContaining('BESSEMER_API_CORS_ORIGINS'),
        debuginfo: null,
      });
      for (const method of ['PUT', 'PATCH', 'DELETE'])
        expect((await sut.request(method, '/v1/nodes/x', { headers: { origin: from } })).status).toBe(403);
      expect(await namesOfNodes()).toEqual(before);
    },
  );
});
