import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTemporaryFolder, temporaryFolder } from '../../integration/stack/index.js';
import { type Answer, ApiFixture } from './api-fixture.js';

const mebibyte = 1024 * 1024;

describe('the limits of public routes', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start({
      BESSEMER_API_PUBLIC_REQUESTS_PER_SECOND: '1',
      BESSEMER_API_INSPECTIONS_PER_MINUTE: '2',
      BESSEMER_API_TRUSTED_PROXIES: '127.0.0.0/8',
    });
  });
  afterAll(() => sut.stop());

  const from = (address: string, method: string, path: string): Promise<Answer> =>
    sut.request(method, path, { headers: { 'x-forwarded-for': address }, ...(method === 'POST' ? { body: {} } : {}) });
  const statuses = async (address: string, method: string, path: string, times: number): Promise<number[]> => {
    const answers: number[] = [];
    for (let time = 0; time < times; time += 1) answers.push((await from(address, method, path)).status);
    return answers;
  };

  it.each([
    ['GET', '/', 200],
    ['GET', '/v1', 200],
    ['GET', '/v1/lookup?addresses=52:54:00:00:00:01', 404],
    ['GET', '/lookup/?addresses=52:54:00:00:00:01', 404],
    ['POST', '/v1/heartbeat/00000000-0000-4000-8000-000000000001', 400],
    ['PUT', '/v1/lookup', 405],
  ])('hold for %s %s: the address is told when to come again, others are served', async (method, path, status) => {
    const address = `192.0.2.${method.length}${path.length}`;
    expect(await statuses(address, method, path, 10)).toEqual(Array(10).fill(status));
    const refused = await from(address, method, path);
    expect([refused.status, refused.fault]).toEqual([
      429,
      expect.stringMatching(/^Too many requests from this address\. Try again in \d+ s, or allow more by BESSEMER_/),
    ]);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(10);
    expect((await from('198.51.100.1', 'GET', '/v1/nodes')).status).toBe(200);
    expect((await from(address, 'GET', '/v1/nodes')).status).toBe(200);
    expect((await from(`203.0.113.${method.length}${path.length}`, method, path)).status).toBe(status);
  });

  it('are narrower for call-backs of inspections', async () => {
    const path = '/v1/continue_inspection';
    const [first, second, third] = await statuses('192.0.2.1', 'POST', path, 3);
    expect([first, second]).not.toContain(429);
    expect(third).toBe(429);
    expect((await from('192.0.2.1', 'GET', '/v1')).status).toBe(200);
  });

  it('know an IPv6 client by its network', async () => {
    for (let host = 1; host <= 10; host += 1)
      expect((await from(`2001:db8:1:1::${host}`, 'GET', '/v1')).status).toBe(200);
    expect((await from('2001:db8:1:1:ffff::1', 'GET', '/v1')).status).toBe(429);
    expect((await from('2001:db8:1:2::1', 'GET', '/v1')).status).toBe(200);
  });
});

describe('the limit of large bodies', () => {
  let sut: ApiFixture;
  let path: string;
  beforeAll(async () => {
    sut = await ApiFixture.start({ BESSEMER_API_LARGE_BODIES: String(64 * mebibyte) });
    path = `/v1/nodes/${await sut.node()}/states/provision`;
  });
  afterAll(() => sut.stop());

  /** A request whose body has begun; a length that is not told makes it a body of chunks. */
  const begin = (to: string, method: string, length?: number): ClientRequest => {
    const headers = {
      'content-type': 'application/json',
      ...(length === undefined ? {} : { 'content-length': length }),
    };
    const sent = request(`${sut.api.url}${to}`, { method, headers, agent: false });
    sent.write('{');
    return sent;
  };
  const answerOf = async (sent: ClientRequest): Promise<[number | undefined, unknown, string]> => {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const text = (await response.setEncoding('utf8').toArray()).join('');
    return [response.statusCode, response.headers['retry-after'], text];
  };
  const full = [503, '5', expect.stringContaining('Too many large bodies are under way. Try again in 5 s.')];

  it('counts what is told to come and what has come, until it is answered or given up', async () => {
    const first = begin(path, 'PUT', 40 * mebibyte);
    const second = begin('/v1/continue_inspection', 'POST', 16 * mebibyte);
    second.on('error', () => undefined);
    // Both are known to be counted once a third is refused for them.
    await expect.poll(() => answerOf(begin(path, 'PUT', 16 * mebibyte)), { timeout: 5000 }).toEqual(full);
    const chunked = begin(path, 'PUT');
    chunked.on('error', () => undefined);
    chunked.write(' '.repeat(2 * mebibyte));
    expect(await answerOf(chunked)).toEqual(full);
    const small = begin(path, 'PUT', mebibyte);
    small.end(' '.repeat(mebibyte - 1));
    expect((await answerOf(small))[0]).toBe(400);
    second.destroy();
    const third = () => {
      const sent = begin(path, 'PUT', 16 * mebibyte);
      sent.on('error', () => undefined);
      sent.end(' '.repeat(16 * mebibyte - 1));
      return answerOf(sent).then(([status]) => status);
    };
    await expect.poll(third, { timeout: 5000 }).toBe(400);
    first.end(' '.repeat(40 * mebibyte - 1));
    expect((await answerOf(first))[0]).toBe(400);
    const last = begin(path, 'PUT', 64 * mebibyte);
    last.end(' '.repeat(64 * mebibyte - 1));
    expect((await answerOf(last))[0]).toBe(400);
  });
});

describe('the limit of large bodies, with call-backs that never end', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start({ BESSEMER_API_LARGE_BODIES: String(64 * mebibyte) });
  });
  afterAll(() => sut.stop());

  it('leaves half of it to those who are known', async () => {
    const headers = { 'content-length': 16 * mebibyte };
    const begun = [1, 2, 3, 4].map(() => {
      const sent = request(`${sut.api.url}/v1/continue_inspection`, { method: 'POST', headers, agent: false });
      sent.on('error', () => undefined);
      sent.write('{');
      return sent;
    });
    const refused = begun.map(async (sent) => {
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    });
    expect(await Promise.race(refused)).toBe(503);
    const path = `/v1/nodes/${await sut.node()}/states/provision`;
    expect((await sut.request('PUT', path, { raw: ' '.repeat(20 * mebibyte) })).status).toBe(400);
    for (const sent of begun) sent.destroy();
  });
});

describe('the limit of large bodies, with passwords', () => {
  /** It takes the server much longer to check this one than a client to go away. */
  const slow = {
    proof: `Basic ${Buffer.from('bob:battery staple').toString('base64')}`,
    entry: 'bob:$2b$13$fIio/TBKfUWyvrxL0aIGne47g0QynhgubW0YEcSAFeVcRa5IvmVCC',
  };
  const ada = {
    proof: `Basic ${Buffer.from('ada:correct horse').toString('base64')}`,
    entry: 'ada:$2y$04$PakjJrt4sTrdWKNX3C/HsuO3o/7IOAHmi6ynY1Iwnwlmuovhqxg3C',
  };
  let sut: ApiFixture;
  let folder: string;
  beforeAll(async () => {
    folder = temporaryFolder('limits');
    const file = join(folder, 'htpasswd');
    await writeFile(file, `${slow.entry}\n${ada.entry}\n`);
    sut = await ApiFixture.start(
      {
        BESSEMER_API_LARGE_BODIES: String(64 * mebibyte),
        BESSEMER_API_AUTH: 'http_basic',
        BESSEMER_API_HTPASSWD_FILE: file,
      },
      { authorization: ada.proof },
    );
  });
  afterAll(async () => {
    await sut.stop();
    removeTemporaryFolder(folder);
  });

  it('counts nothing for a client that has gone before it is known', async () => {
    const path = `/v1/nodes/${await sut.node()}/states/provision`;
    const headers = { authorization: slow.proof, 'content-length': 64 * mebibyte };
    const gone = request(`${sut.api.url}${path}`, { method: 'PUT', headers, agent: false });
    gone.on('error', () => undefined);
    await new Promise((resolve) => void gone.write('{', resolve));
    gone.destroy();
    // Its password is checked after that of the request before.
    expect((await sut.request('GET', '/v1/nodes', { headers: { authorization: slow.proof } })).status).toBe(200);
    const large = await sut.request('PUT', path, { raw: ' '.repeat(2 * mebibyte) });
    expect([large.status, large.fault]).toEqual([400, expect.not.stringContaining('large bodies')]);
  });
});
