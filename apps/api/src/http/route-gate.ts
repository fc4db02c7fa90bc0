import { BessemerError } from '@bessemer/errors';
import { hasRoute, type Route, routeOf } from '../versions/route.js';
import { versionText } from '../versions/version.js';
import { RoutingError } from './faults.js';

function refuseBelow(route: Route): never {
  const message = `This resource is served from API version ${versionText(route.since ?? 1)} on.`;
  const below = route.below ?? 'not-found';
  if (below === 'no-method') throw new RoutingError('method-not-allowed', message);
  if (below === 'no-route') throw new RoutingError('not-found', message);
  throw new BessemerError(below, message);
}

/**
 * Refuses a route that the API version does not have, as the table of versions says.
 *
 * @param pattern the route's pattern
 * @throws 404, 405 or 406
 */
export function requireRoute(pattern: string, method: string, minor: number): void {
  const route = routeOf(method, pattern);
  if (route !== undefined && route.isLate !== true && !hasRoute(route, minor)) refuseBelow(route);
}

/** Like {@link requireRoute}, for the handlers of routes that look at the body first. */
export function requireLateRoute(pattern: string, method: string, minor: number): void {
  const route = routeOf(method, pattern);
  if (route !== undefined && !hasRoute(route, minor)) refuseBelow(route);
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
