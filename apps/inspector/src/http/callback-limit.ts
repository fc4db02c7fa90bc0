import { BessemerError } from '@bessemer/errors';
import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';

/** The route, which may be written in many ways in a URL. */
const callback = '/v1/continue';
/** Addresses that are remembered; of IPv6, networks of 64 bits. */
const addresses = 100_000;

/**
 * Limits call-backs to the public endpoint by client address, before their bodies are read. Each instance counts for
 * itself; a call-back above the limit is `rate-limited` (429), with the seconds after which the address is heard again.
 *
 * @param perMinute call-backs a minute from one address; 0 is any number
 */
export function limitCallbacks(server: FastifyInstance, perMinute: number): void {
  if (perMinute === 0) return;
  void server
    .register(fastifyRateLimit, { global: false, max: perMinute, timeWindow: 60_000, cache: addresses })
    .after(() => {
      const check = server.createRateLimit();
      server.addHook('onRequest', async (request) => {
        if (request.routeOptions.url !== callback) return;
        const limit = await check(request);
        if (limit.isAllowed || !limit.isExceeded) return;
        throw new BessemerError(
          'rate-limited',
          `Too many call-backs from this address; try again in ${limit.ttlInSeconds} s, or allow more by BESSEMER_INSPECTION_CALLBACKS_PER_MINUTE.`,
          { retryAfter: limit.ttlInSeconds },
        );
      });
    });
}
