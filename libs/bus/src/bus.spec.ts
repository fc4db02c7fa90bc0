import { createServer, type Server } from 'node:net';
import { createLogger } from '@bessemer/telemetry';
import { afterEach, describe, expect, it } from 'vitest';
import { Bus, isOlder } from './bus.js';

const servers: Server[] = [];

/** Something that greets as a nats-server does; answers its port. */
async function greeter(info: object): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
    socket.write(`INFO ${JSON.stringify({ server_id: 'x', headers: true, max_payload: 1024, ...info })}\r\n`);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe(Bus.name, () => {
  const connect = (port: number) =>
    Bus.connect({ servers: `nats://127.0.0.1:${port}`, name: 'test', logger: createLogger('test', 'silent') });

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('refuses a server that is too old, naming the version that is needed', async () => {
    const port = await greeter({ version: '2.9.9', jetstream: true });
    await expect(connect(port)).rejects.toMatchObject({
      code: 'unsupported',
      message: 'nats-server 2.9.9 is too old: 2.9.10 or later is needed.',
    });
  });

  it('refuses a server without JetStream', async () => {
    const port = await greeter({ version: '2.10.0' });
    await expect(connect(port)).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('says when nobody answers', async () => {
    const port = await greeter({});
    for (const server of servers.splice(0)) server.close();
    await expect(connect(port)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe(isOlder, () => {
  it.each([
    ['2.9.9', '2.9.10', true],
    ['2.9.10', '2.9.10', false],
    ['2.10.0-beta.1', '2.9.10', false],
    ['1.99.99', '2.9.10', true],
    ['3.0.0', '2.9.10', false],
    ['2.9', '2.9.10', true],
  ])('%s than %s: %s', (version, than, expected) => {
    expect(isOlder(version, than)).toBe(expected);
  });
});
