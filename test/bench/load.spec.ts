import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiVersion, drive, percentile } from './load.js';

describe(drive.name, () => {
  let server: Server;
  let url: string;
  const seen: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${request.headers['x-openstack-ironic-api-version']} ${body}`);
        if (request.url === '/broken') request.socket.destroy();
        else response.writeHead(request.url === '/refused' ? 409 : 200).end();
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => new Promise((done) => server.close(done)));

  const load = (next: () => { method: 'GET' | 'POST'; path: string; body?: unknown }) =>
    drive(url, { connections: 2, seconds: 0.2, status: 200, next });

  it('sends each request once, with its body and the version', async () => {
    seen.length = 0;
    let number = 0;
    const result = await load(() => ({ method: 'POST', path: '/nodes', body: { number: ++number } }));
    expect(result.latencies.length).toBeGreaterThan(1);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen[0]).toMatch(new RegExp(`^POST /nodes ${apiVersion} \\{"number":\\d+\\}$`));
    expect(result.otherStatuses.size).toBe(0);
    expect(result.unanswered).toBe(0);
  });

  it('counts answers with another status', async () => {
    let number = 0;
    const result = await load(() => ({ method: 'GET', path: ++number % 2 === 0 ? '/refused' : '/' }));
    const refused = result.otherStatuses.get(409) ?? 0;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(result.latencies.length);
  });

  it('counts requests whose connection was closed instead of an answer', async () => {
    let number = 0;
    const result = await load(() => ({ method: 'GET', path: ++number % 5 === 0 ? '/broken' : '/' }));
    expect(result.unanswered).toBeGreaterThan(0);
    expect(result.unanswered).toBeLessThanOrEqual(seen.filter((line) => line.includes('/broken')).length);
  });
});

describe(percentile.name, () => {
  it.each([
    { values: [1, 2, 3, 4], share: 0.5, expected: 2 },
    { values: [1, 2, 3, 4], share: 0.99, expected: 4 },
    { values: [7], share: 0, expected: 7 },
    { values: [], share: 0.5, expected: Number.NaN },
  ])('is $expected for $share of $values', ({ values, share, expected }) => {
    expect(percentile(values, share)).toBe(expected);
  });
});
