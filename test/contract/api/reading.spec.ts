import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiFixture } from './api-fixture.js';

describe('reading', () => {
  let sut: ApiFixture;
  beforeAll(async () => {
    sut = await ApiFixture.start();
  });
  afterAll(() => sut.stop());

  it('states range and version in every answer', async () => {
    const answer = await sut.get('/v1/nodes', '1.82');
    expect(answer.headers.get('x-openstack-ironic-api-version')).toBe('1.82');
    expect(answer.headers.get('x-openstack-ironic-api-minimum-version')).toBe('1.1');
    expect(answer.headers.get('x-openstack-ironic-api-maximum-version')).toBe('1.115');
    expect(answer.headers.get('openstack-request-id')).toMatch(/^req-/);
  });

  it('pages through nodes by their order, without loss or repeat', async () => {
    for (let index = 0; index < 7; index += 1) await sut.node({ name: `page-${index}` });
    for (const sort of ['', '&sort_key=name&sort_dir=desc', '&sort_key=created_at']) {
      const seen: unknown[] = [];
      let path: string | undefined = `/v1/nodes?limit=3${sort}`;
      while (path !== undefined) {
        const { body } = await sut.get(path);
        seen.push(...(body['nodes'] as { uuid: string }[]).map(({ uuid }) => uuid));
        path = typeof body['next'] === 'string' ? body['next'].replace(sut.api.url, '') : undefined;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(7);
    }
  });

  it('serves the events of a node from a position on', async () => {
    const uuid = await sut.node();
    const response = await fetch(`${sut.api.url}/v1/events/stream?node=${uuid}&since=1`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.getReader();
    let text = '';
    while (reader !== undefined && !text.includes('baremetal.node.create.end')) {
      const { value, done } = await reader.read();
      if (done) break;
      text += Buffer.from(value).toString('utf8');
    }
    await reader?.cancel();
    expect(text).toMatch(/id: \d+\nevent: baremetal\.node\.create\.end\ndata: \{.*\}\n\n/);
    expect(text).toContain(uuid);
  });
});
