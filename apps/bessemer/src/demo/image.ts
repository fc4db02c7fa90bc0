import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const name = 'demo-image.raw';

/** An image that is served over HTTP, so that agents really download it. */
export class DemoImage {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    readonly sha256: string,
    private readonly content: Buffer,
  ) {}

  /**
   * Makes an image of random bytes and serves it on a free loopback port.
   *
   * @param dir where the file is kept
   * @param mebibytes its size
   */
  static async serve(dir: string, mebibytes: number): Promise<DemoImage> {
    const content = randomFillSync(Buffer.allocUnsafe(mebibytes * 1024 * 1024));
    const file = `${dir}/${name}`;
    await writeFile(file, content);
    const server = createServer((request, response) => {
      if (request.url !== `/${name}`) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': content.length });
      createReadStream(file).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const sha256 = createHash('sha256').update(content).digest('hex');
    return new DemoImage(server, `http://127.0.0.1:${port}/${name}`, sha256, content);
  }

  /** Whether the disk begins with the image, byte for byte. */
  async isOn(disk: string): Promise<boolean> {
    const handle = await open(disk, 'r');
    try {
      const head = Buffer.alloc(this.content.length);
      const { bytesRead } = await handle.read(head, 0, head.length, 0);
      return bytesRead === head.length && head.equals(this.content);
    } finally {
      await handle.close();
    }
  }

  /** Stops serving. */
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
