import { createSocket } from 'node:dgram';

/** RMCP header and the ASF message "presence ping" (IPMI 2.0, 13.2.3). */
const ping = Buffer.from('0600ff06000011be80010000', 'hex');
const pauseMs = 25;

/**
 * Asks a BMC whether it is there until it answers.
 * @throws Error when it does not answer in time.
 */
export function waitForPresence(address: string, port: number, timeoutMs = 10_000): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const ask = (): void => socket.send(ping, port, address);
    const settle = (act: () => void): void => {
      clearInterval(interval);
      clearTimeout(timer);
      socket.close();
      act();
    };
    const interval = setInterval(ask, pauseMs);
    const timer = setTimeout(
      () => settle(() => reject(new Error(`no BMC answers at ${address}:${port} within ${timeoutMs} ms`))),
      timeoutMs,
    );
    socket.on('message', () => settle(resolve));
    socket.on('error', (error) => settle(() => reject(error)));
    ask();
  });
}
