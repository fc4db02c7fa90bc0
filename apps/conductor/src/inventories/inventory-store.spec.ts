import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { InventoryStore } from './inventory-store.js';

const node = '0a1b2c3d-0000-4000-8000-000000000001';
const task = '0a1b2c3d-0000-4000-8000-000000000002';
const document = { inventory: { cpu: { count: 4 } }, plugin_data: {} };

describe(InventoryStore.name, () => {
  let server: Server | undefined;
  afterEach(async () => {
    await new Promise((resolve) => server?.close(resolve));
  });

  /** An inspector that answers with this status; what it is sent. */
  async function inspector(status: number): Promise<{ sut: InventoryStore; sent: string[] }> {
    const sent: string[] = [];
    const started = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      sent.push(`${request.method} ${request.url}`, String(request.headers.authorization), body);
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    server = started;
    const { port } = started.address() as AddressInfo;
    return { sut: new InventoryStore(`http://127.0.0.1:${port}`, 'bearer'), sent };
  }

  const store = (sut: InventoryStore) => sut.store(node, task, document, new AbortController().signal);

  it('gives the inspector the document of the task', async () => {
    const { sut, sent } = await inspector(204);
    await store(sut);
    expect(sent).toEqual([`PUT /internal/inventory/${node}?task=${task}`, 'Bearer bearer', JSON.stringify(document)]);
  });

  it.each([
    [503, 'unavailable'],
    [400, 'invalid'],
  ])('tells an answer of %d as %s', async (status, code) => {
    const { sut } = await inspector(status);
    await expect(store(sut)).rejects.toMatchObject({ code });
  });

  it('tells of an inspector that is away, so that the step is called again', async () => {
    const { sut } = await inspector(204);
    await new Promise((resolve) => server?.close(resolve));
    await expect(store(sut)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
