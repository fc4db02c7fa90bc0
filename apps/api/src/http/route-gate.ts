import { BessemerError } from '@bessemer/errors';
import { versionOfRoute } from '../versions/route.js';
import { versionText } from '../versions/version.js';
import { RoutingError } from './faults.js';

/**
 * Refuses a route that the API version does not have, as the table of versions says.
 *
 * @param pattern the route's pattern
 * @throws 404, 405 or 406
 */
export function requireRoute(pattern: string, method: string, minor: number): void {
  const version = versionOfRoute(method, pattern);
  if (version === undefined || minor >= version.since) return;
  const message = `This resource is served from API version ${versionText(version.since)} on.`;
  if (version.below === 'no-method' || (version.writesBelow !== undefined && method !== 'GET'))
    throw new RoutingError('method-not-allowed', message);
  if (version.below === 'no-route') throw new RoutingError('not-found', message);
  throw new BessemerError(version.below, message);
}

const acceptable = ['*/*', 'application/*', 'application/json'];

/** Refuses a client that takes no JSON (406). A missing or empty `Accept` takes anything. */
export function requireAcceptable(accept: string | undefined, pattern: string): void {
  if (accept === undefined || accept.trim() === '') return;
  const wanted = accept.split(',').map((entry) => (entry.split(';')[0] ?? '').trim().toLowerCase());
  if (wanted.some((type) => acceptable.includes(type))) return;
  if (pattern === '/v1/events/stream' && wanted.includes('text/event-stream')) return;
  throw new RoutingError('not-acceptable', `406 Not Acceptable: only application/json is served, not ${accept}.`, {
    plainText: true,
  });
}
