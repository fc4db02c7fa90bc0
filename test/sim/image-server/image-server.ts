import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { generateContent } from './generated-content.js';

/** The image to serve. */
export interface ImageServerOptions {
  /** Where the image is written, so that a test can compare it with a disk. */
  readonly path: string;
  readonly sizeMib: number;
  /** The same seed gives the same image. */
  readonly seed?: string;
  /** 0 takes a free port. */
  readonly port?: number;
}

const chunkBytes = 64 * 1024;

/** Serves one generated image over HTTP on loopback, as slowly and as badly as it is told. */
export class ImageServer {
  /** How many requests came, by method. */
  readonly requests: Record<string, number> = {};
  private bytesPerSecond: number | null = null;
  private breakAfterBytes: number | null = null;
  private breaksLeft = 0;

  private constructor(
    private readonly server: Server,
    readonly path: string,
    readonly size: number,
    /** The image's sums, hexadecimal. */
    readonly sha256: string,
    readonly sha512: string,
    readonly md5: string,
  ) {}

  /** Generates the image and serves it. */
  static async start(options: ImageServerOptions): Promise<ImageServer> {
    const hashes = { sha256: createHash('sha256'), sha512: createHash('sha512'), md5: createHash('md5') };
    const file = await open(options.path, 'w');
    try {
      for (const chunk of generateContent(options.sizeMib, options.seed ?? 'image')) {
        for (const hash of Object.values(hashes)) {
          hash.update(chunk);
        }
        await file.write(chunk);
      }
    } finally {
      await file.close();
    }
    const server = createServer();
    const images = new ImageServer(
      server,
      options.path,
      options.sizeMib * 2 ** 20,
      hashes.sha256.digest('hex'),
      hashes.sha512.digest('hex'),
      hashes.md5.digest('hex'),
    );
    server.on('request', (request, response) => {
      // A client that leaves in the middle is its own affair.
      images.serve(request, response).catch((error: Error) => response.destroy(error));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return images;
  }

  /** The image's URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/image.raw`;
  }

  /** The URL of a file with the image's sha256, as mirrors publish it. */
  get checksumUrl(): string {
    return `${this.url}.sha256`;
  }

  /** @param bytesPerSecond how fast each further download may be; null for as fast as it goes. */
  throttle(bytesPerSecond: number | null): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /**
   * Cuts the connection of the next downloads.
   * @param afterBytes how many bytes of the image are sent before.
   * @param times how many downloads break.
   */
  breakDownloads(afterBytes: number, times = 1): void {
    this.breakAfterBytes = afterBytes;
    this.breaksLeft = times;
  }

  /** Stops serving; the image file stays. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    this.requests[method] = (this.requests[method] ?? 0) + 1;
    if (request.url === '/image.raw.sha256') {
      response.end(`${this.sha256}  image.raw\n`);
      return;
    }
    if (request.url !== '/image.raw') {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': this.size });
    if (method === 'HEAD') {
      response.end();
      return;
    }
    const breakAfter = this.breaksLeft > 0 ? this.breakAfterBytes : null;
    this.breaksLeft -= breakAfter === null ? 0 : 1;
    await pipeline(Readable.from(this.paced(breakAfter)), response);
  }

  private async *paced(breakAfter: number | null): AsyncGenerator<Buffer> {
    let sent = 0;
    for await (const chunk of createReadStream(this.path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
      if (breakAfter !== null && sent + chunk.length > breakAfter) {
        throw new Error('the download is broken on purpose');
      }
      yield chunk;
      sent += chunk.length;
      if (this.bytesPerSecond !== null) {
        await pause((chunk.length / this.bytesPerSecond) * 1000);
      }
    }
  }
}
