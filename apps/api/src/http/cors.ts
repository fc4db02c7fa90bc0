import { BessemerError } from '@bessemer/errors';
import type { FastifyRequest } from 'fastify';
import type { ApiServer } from './server.js';

type CorsOptions = Parameters<ApiServer['adapter']['enableCors']>[0];

const taken = [
  'Accept',
  'Authorization',
  'Content-Type',
  'If-Match',
  'Last-Event-ID',
  'OpenStack-API-Version',
  'OpenStack-System-Scope',
  'X-Auth-Token',
  'X-OpenStack-Ironic-API-Version',
  'X-Project-Id',
];
const exposed = [
  'X-OpenStack-Ironic-API-Version',
  'X-OpenStack-Ironic-API-Minimum-Version',
  'X-OpenStack-Ironic-API-Maximum-Version',
  'OpenStack-Request-Id',
  'X-OpenStack-Request-Id',
  'ETag',
  'Location',
  'Retry-After',
];

/** What pages of other origins may send and read (reference: api.md §0.1). */
export const corsOptions = (origins: readonly string[]): CorsOptions => ({
  origin: [...origins],
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: taken,
  exposedHeaders: exposed,
  maxAge: 3600,
  optionsSuccessStatus: 200,
  strictPreflight: false,
});

/** Methods that change nothing. */
const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined);

/**
 * Refuses a change that the page of another origin asks for. A browser sends a form or plain text without asking first,
 * so that any page could change what is reachable from the machine of its reader.
 *
 * @param origins those whose pages may; `*` is every one
 * @param publicUrl where the api is reached, where that is not the host that the client names
 * @throws `forbidden` (403), naming the setting
 */
export function requireKnownOrigin(
  { method, headers }: Pick<FastifyRequest, 'method' | 'headers'>,
  origins: readonly string[],
  publicUrl: string | undefined,
): void {
  const { origin, host } = headers;
  if (origin === undefined || readingMethods.has(method) || origins.includes('*') || origins.includes(origin)) return;
  const from = hostOf(origin);
  if (from !== undefined && (from === host?.toLowerCase() || from === hostOf(publicUrl ?? ''))) return;
  throw new BessemerError('forbidden', 'Access was denied: pages of this origin may not change anything.', {
    field: 'Origin',
    remedy: 'Name the origin in BESSEMER_API_CORS_ORIGINS if it may.',
  });
}

/**
 * Refuses what no browser would ever send as its origin.
 *
 * @throws `invalid`, naming the setting
 */
export function requireOrigins(origins: readonly string[]): void {
  for (const origin of origins)
    if (origin !== '*' && !/^https?:\/\/[^/?#\s]+$/.test(origin))
      throw new BessemerError('invalid', `BESSEMER_API_CORS_ORIGINS: "${origin}" is no origin.`, {
        field: 'BESSEMER_API_CORS_ORIGINS',
        remedy: 'Write scheme and host without a path, such as https://console.example.',
      });
}
