import { BessemerError } from '@bessemer/errors';
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
