import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';
import { sendRaw } from './wire-rules/wire.js';

const length = (body: string) => ({ 'content-length': String(Buffer.byteLength(body)) });

describe('methods of the vendor', () => {
  let sut: ApiFixture;
  let path: string;
  beforeAll(async () => {
    sut = await ApiFixture.start();
    path = `/v1/nodes/${await sut.node()}/vendor_passthru`;
    sut.conductor.results['look'] = { Id: '7' };
  });
  afterAll(() => sut.stop());

  const get = (target: string, body: string, headers: Record<string, string> = length(body)) =>
    sendRaw(sut, target, headers, 'GET', body);

  it.each(['/look', '?method=look'])('take the arguments in the body of a GET: %s', async (target) => {
    const answer = await get(`${path}${target}`, '{"id": "7"}');
    expect(answer).toMatchObject({ status: 200, body: { Id: '7' } });
    expect(sut.conductor.calls.at(-1)).toMatchObject({ interface: 'vendor', method: 'look', arguments: { id: '7' } });
  });

  it('take none where a GET has no body', async () => {
    expect((await sut.get(`${path}/look`)).status).toBe(200);
    expect(sut.conductor.calls.at(-1)).toMatchObject({ method: 'look', arguments: {} });
  });

  it('take the arguments in the body of a DELETE', async () => {
    expect((await sut.request('DELETE', `${path}/forget`, { body: { id: '7' } })).status).toBe(200);
    expect(sut.conductor.calls.at(-1)).toMatchObject({ method: 'forget', arguments: { id: '7' } });
  });

  it.each([
    ['no JSON', '{"id":', 400],
    ['no object', '["id"]', 400],
    ['more than a body may have', `{"id": "${'7'.repeat(1024 * 1024)}"}`, 413],
  ])('refuse a body of a GET with %s', async (_name, body, status) => {
    const calls = sut.conductor.calls.length;
    expect((await get(`${path}/look`, body)).status).toBe(status);
    expect((await get(`${path}/look`, body, { 'transfer-encoding': 'chunked' })).status).toBe(status);
    expect(sut.conductor.calls.length).toBe(calls);
  });
});
