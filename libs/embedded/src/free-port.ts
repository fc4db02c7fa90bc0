import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { BessemerError } from '@bessemer/errors';

/**
 * Below the ports that systems give to outgoing connections: a server that is restarted must find its port free, and a
 * client that knocks at a closed port of that range may end up connected to itself.
 */
const range = { first: 15_000, last: 32_000 } as const;

/** Whether nobody listens at this TCP port of the loopback interface. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A TCP port of the loopback interface that is free now; another process may take it before it is used. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const port = randomInt(range.first, range.last);
    if (await isPortFree(port)) return port;
  }
  throw new BessemerError('unavailable', `No free port from ${range.first} to ${range.last}.`);
}
