import { createSocket } from 'node:dgram';

const handedOut = new Set<string>();

/**
 * Finds a UDP port that nobody uses and that this process has not handed out before. ipmi_sim shares its port with
 * whoever asks for the same, so a taken one shows only here.
 * @param wanted 0 for any.
 * @throws Error when the wanted port is taken.
 */
export async function findFreePort(address: string, wanted: number): Promise<number> {
  for (;;) {
    const port = await bindOnce(address, wanted);
    const key = `${address}:${port}`;
    if (wanted !== 0 || !handedOut.has(key)) {
      handedOut.add(key);
      return port;
    }
  }
}

function bindOnce(address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(new Error(`UDP port ${port} of ${address} cannot be used for a BMC: ${error.message}`));
    });
    socket.bind({ address, port, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => resolve(bound));
    });
  });
}
