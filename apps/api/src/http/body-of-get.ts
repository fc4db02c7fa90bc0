import type { FastifyRequest } from 'fastify';
import { defaultBodyLimit, parseBody, tooLarge } from './body.js';

/**
 * The document in the body of a GET request, which the server itself does not read; undefined where there is none.
 *
 * @throws as `parseBody`, and `too-large`
 */
export async function readBodyOfGet({ raw }: FastifyRequest): Promise<unknown> {
  const chunks: Buffer[] = [];
  let received = 0;
  // What is left of a refused body is no reason to end the connection before the refusal is sent.
  for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
    received += chunk.length;
    if (received > defaultBodyLimit) throw tooLarge(defaultBodyLimit);
    chunks.push(chunk);
  }
  return parseBody(Buffer.concat(chunks).toString('utf8'));
}
