import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImageServer } from './image-server.js';

describe(ImageServer.name, () => {
  let dir: string;
  let sut: ImageServer;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sim-image-'));
    sut = await ImageServer.start({ path: join(dir, 'image.raw'), sizeMib: 2 });
  });

  afterEach(async () => {
    await sut.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const download = async (): Promise<Buffer> => Buffer.from(await (await fetch(sut.url)).arrayBuffer());

  it('serves the image that it says it does, and counts', async () => {
    const image = await download();
    expect(image.length).toBe(2 * 2 ** 20);
    expect(createHash('sha256').update(image).digest('hex')).toBe(sut.sha256);
    expect(image.equals(await readFile(sut.path))).toBe(true);
    expect((await fetch(sut.url, { method: 'HEAD' })).headers.get('content-length')).toBe(String(image.length));
    expect(sut.requests).toEqual({ GET: 1, HEAD: 1 });
  });

  it('makes the same image from the same seed', async () => {
    const twin = await ImageServer.start({ path: join(dir, 'twin.raw'), sizeMib: 2 });
    await twin.stop();
    expect(twin.sha256).toBe(sut.sha256);
  });

  it('breaks as many downloads as it is to', async () => {
    sut.breakDownloads(2 ** 20);
    await expect(download()).rejects.toThrow();
    expect((await download()).length).toBe(sut.size);
  });

  it('sends no faster than it is to', async () => {
    sut.throttle(8 * 2 ** 20);
    const began = performance.now();
    await download();
    expect(performance.now() - began).toBeGreaterThan(200);
  });
});
