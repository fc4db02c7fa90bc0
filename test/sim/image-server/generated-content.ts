import { createCipheriv, createHash } from 'node:crypto';

const mib = 2 ** 20;

/**
 * Makes bytes that look random, the same ones for the same seed.
 * @returns chunks of 1 MiB.
 */
export function* generateContent(sizeMib: number, seed: string): Generator<Buffer> {
  const key = createHash('sha256').update(seed).digest();
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(mib);
  for (let count = 0; count < sizeMib; count += 1) {
    yield stream.update(zeros);
  }
}
