import { BessemerError } from '@bessemer/errors';
import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** How many requests of what everyone may ask for are taken from one client address; 0 is any number. */
export interface PublicLimitOptions {
  /** Requests a second to public routes, over ten seconds. */
  readonly requestsPerSecond: number;
  /** Inspection call-backs a minute: each is up to 16 MiB and is looked up, processed and stored. */
  readonly inspectionsPerMinute: number;
}

type Check = ReturnType<FastifyInstance['createRateLimit']>;

const inspectionPattern = '/v1/continue_inspection';
/** Long enough for a rack that is switched on at once. */
const windowSeconds = 10;
/** Clients that are remembered. */
const clients = 100_000;

const groupsIn = (text: string): string[] => (text === '' ? [] : text.split(':'));

/**
 * Who counts as one client: an IPv4 address, or an IPv6 network of 64 bits, within which anyone may choose addresses.
 * The library's own way of telling costs several times as much as all the rest of a count.
 *
 * @param address as Node tells it
 */
export function clientOf(address: string): string {
  if (!address.includes(':')) return address;
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1);
  const [head = '', tail] = address.split('::');
  if (tail === undefined) return groupsIn(head).slice(0, 4).join(':');
  const [before, after] = [groupsIn(head), groupsIn(tail)];
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}

/**
 * Limits requests that need no authentication, by client address. Each instance of the api counts for itself.
 */
export class PublicLimits {
  private checks: { readonly every?: Check; readonly inspections?: Check } = {};

  /** @param server where the limits are registered, before its first request */
  constructor(server: FastifyInstance, { requestsPerSecond, inspectionsPerMinute }: PublicLimitOptions) {
    const every = { max: requestsPerSecond * windowSeconds, timeWindow: windowSeconds * 1000, cache: clients };
    const keyGenerator = ({ ip }: FastifyRequest): string => clientOf(ip);
    void server.register(fastifyRateLimit, { global: false, keyGenerator, ...every }).after(() => {
      this.checks = {
        ...(requestsPerSecond > 0 ? { every: server.createRateLimit() } : {}),
        ...(inspectionsPerMinute > 0
          ? { inspections: server.createRateLimit({ max: inspectionsPerMinute, timeWindow: 60_000 }) }
          : {}),
      };
    });
  }

  /**
   * Counts a request of a public route.
   *
   * @param pattern the route's pattern
   * @throws `rate-limited` (429), with the seconds after which the address is heard again
   */
  async require(request: FastifyRequest, pattern: string): Promise<void> {
    const { every, inspections } = this.checks;
    if (every !== undefined) await this.requireOne(request, every, 'BESSEMER_API_PUBLIC_REQUESTS_PER_SECOND');
    if (inspections !== undefined && pattern === inspectionPattern)
      await this.requireOne(request, inspections, 'BESSEMER_API_INSPECTIONS_PER_MINUTE');
  }

  private async requireOne(request: FastifyRequest, check: Check, setting: string): Promise<void> {
    const limit = await check(request);
    if (limit.isAllowed || !limit.isExceeded) return;
    throw new BessemerError('rate-limited', 'Too many requests from this address.', {
      remedy: `Try again in ${limit.ttlInSeconds} s, or allow more by ${setting}.`,
      retryAfter: limit.ttlInSeconds,
    });
  }
}
