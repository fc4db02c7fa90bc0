import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { AgentError } from './agent-error.js';
import { writeConfigDrive } from './config-drive.js';
import type { Print } from './console.js';
import type { Disk } from './disk.js';
import type { FaultPlan } from './faults.js';
import { checksumError, findChecksum, type ImageInfo } from './image-checksum.js';

const chunkTimeoutMs = 60_000;
const retries = 9;

/** Downloads an image and writes it to the disk, its checksum verified on the way. */
export class ImageWriter {
  /** @param pause waits the time between two attempts, in seconds of the protocol. */
  constructor(
    private readonly disk: Disk,
    private readonly faults: FaultPlan,
    private readonly print: Print,
    private readonly pause: (seconds: number) => Promise<void>,
  ) {}

  /**
   * Writes a raw image from its first URL to the head of the disk and the config drive to its end.
   * @param info the contract's `image_info`.
   * @param configDrive base64 of a gzipped image, a URL of one, or nothing.
   * @returns the message that the agent gives as the command's result.
   * @throws AgentError when the image cannot be had, does not fit or does not have its checksum.
   */
  async write(info: ImageInfo, configDrive: unknown): Promise<string> {
    const url = info.urls?.[0];
    if (url === undefined) {
      throw new AgentError('InvalidCommandParamsError', 400, 'Invalid command parameters', 'image_info.urls is empty');
    }
    if (info.disk_format && info.disk_format !== 'raw') {
      throw new AgentError(
        'InvalidImage',
        500,
        'The image is not usable',
        `the simulated agent writes raw images only, not ${info.disk_format}`,
      );
    }
    const checksum = await findChecksum(info, async (sumUrl) => (await readAll(sumUrl)).toString('utf8'));
    const hash = await this.download(url, info, checksum.algorithm);
    if (this.faults.current().checksum !== 'ignore' && hash !== checksum.value) {
      throw checksumError(
        `image ${info.id}: expected ${checksum.algorithm} ${checksum.value}, the image that was read has ${hash}`,
      );
    }
    this.print('image verified', { image: info.id, [checksum.algorithm]: hash });
    if (configDrive) {
      const content = typeof configDrive === 'string' && /^https?:/.test(configDrive);
      await writeConfigDrive(this.disk, content ? (await readAll(String(configDrive))).toString('utf8') : configDrive);
      this.print('config drive written');
    }
    return `image (${info.id}) written to device ${this.disk.path} `;
  }

  private async download(url: string, info: ImageInfo, algorithm: string): Promise<string> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.disk.use((file) => this.stream(url, info, algorithm, file));
      } catch (error) {
        if (error instanceof AgentError || attempt === retries) {
          throw error instanceof AgentError ? error : downloadError(url, messageOf(error));
        }
        this.print('image download broke off, trying again', { attempt: attempt + 1, problem: messageOf(error) });
        await this.pause(5);
      }
    }
  }

  private async stream(url: string, info: ImageInfo, algorithm: string, file: FileHandle): Promise<string> {
    const headers: Record<string, string> = info.image_request_authorization
      ? { authorization: Buffer.from(info.image_request_authorization, 'base64').toString('utf8') }
      : {};
    const incoming = await open(url, headers);
    const total = Number(incoming.headers['content-length'] ?? 0);
    if (total > this.disk.size) {
      incoming.destroy();
      throw downloadError(url, `the image of ${total} bytes does not fit on the disk of ${this.disk.size} bytes`);
    }
    const hash = createHash(algorithm);
    const corrupt = this.faults.current().checksum === 'corrupt';
    let written = 0;
    let shown = 0;
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      if (written + chunk.length > this.disk.size) {
        incoming.destroy();
        throw downloadError(url, `the image does not fit on the disk of ${this.disk.size} bytes`);
      }
      if (corrupt && written === 0) {
        chunk[0] = (chunk[0] ?? 0) ^ 0xff;
      }
      hash.update(chunk);
      await file.write(chunk, 0, chunk.length, written);
      written += chunk.length;
      const tenth = total > 0 ? Math.floor((written * 10) / total) : 0;
      if (tenth > shown) {
        shown = tenth;
        this.print('writing image', { image: info.id, percent: tenth * 10, bytes: written, of: total });
      }
    }
    return hash.digest('hex');
  }
}

function open(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = (url.startsWith('https:') ? getHttps : getHttp)(
      url,
      { agent: false, headers, timeout: chunkTimeoutMs },
      (incoming) => {
        const status = incoming.statusCode ?? 0;
        if (status === 200) {
          resolve(incoming);
          return;
        }
        incoming.resume();
        // The caller tries again after everything but a refusal.
        reject(status >= 400 && status < 500 ? downloadError(url, `HTTP ${status}`) : new Error(`HTTP ${status}`));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no data for ${chunkTimeoutMs} ms`)));
    outgoing.on('error', reject);
  });
}

async function readAll(url: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of (await open(url, {})) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function downloadError(url: string, problem: string): AgentError {
  const { host, pathname } = new URL(url);
  return new AgentError(
    'ImageDownloadError',
    500,
    'Error downloading image',
    `Download of ${host}${pathname}: ${problem}`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
