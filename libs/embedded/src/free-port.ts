import { createServer } from 'node:net';
import { BessemerError } from '@bessemer/errors';

/** A TCP port of the loopback interface that is free now; another process may take it before it is used. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new BessemerError('internal', 'The system gave no port.'));
      });
    });
  });
}
