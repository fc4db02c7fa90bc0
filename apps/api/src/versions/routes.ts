/**
 * Which API version brought which route, and how it is refused below: the routes' part of the one table of versions
 * (reference: api.md). Routes that 1.1 has are not listed.
 */

/** How a request below the version is answered. */
export type Below =
  /** 404 with a handler's error body. */
  | 'not-found'
  /** 404 as for a path that does not exist. */
  | 'no-route'
  /** 405 as for a path that has no such method. */
  | 'no-method'
  /** 406. */
  | 'not-acceptable';

/** The version of a route. */
export interface RouteVersion {
  /** The first minor number that has the route. */
  readonly since: number;
  readonly below: Below;
  /** Whether methods other than GET are 405 below the version. */
  readonly writesBelow?: 'method-not-allowed';
}

const collection = (since: number): RouteVersion => ({
  since,
  below: 'no-route',
  writesBelow: 'method-not-allowed',
});

/** Besides 1.1, which agents without a version header mean: what ramdisks post is taken from here on. */
export const continueInspectionSince = 84;

/** Routes by the beginning of their pattern; the longest that fits decides. */
export const routeVersions: Readonly<Record<string, RouteVersion>> = {
  '/v1/allocations': collection(52),
  '/v1/nodes/:node/allocation': { since: 52, below: 'no-route' },
  '/v1/conductors': { since: 49, below: 'not-found' },
  '/v1/shards': { since: 82, below: 'no-route' },
  '/v1/lookup': { since: 22, below: 'not-found' },
  '/v1/heartbeat': { since: 22, below: 'not-found' },
  '/v1/inspection_rules': collection(96),
  '/v1/nodes/:node/bios': { since: 40, below: 'no-route' },
  '/v1/nodes/:node/history': { since: 78, below: 'no-route' },
  '/v1/nodes/:node/inventory': { since: 81, below: 'no-route' },
  '/v1/nodes/:node/traits': { since: 37, below: 'not-acceptable' },
  '/v1/nodes/:node/children': { since: 83, below: 'no-route' },
  '/v1/nodes/:node/states/raid': { since: 12, below: 'not-acceptable' },
  '/v1/nodes/:node/states/boot_mode': { since: 76, below: 'not-found' },
  '/v1/nodes/:node/states/secure_boot': { since: 76, below: 'not-found' },
  '/v1/nodes/:node/management/inject_nmi': { since: 29, below: 'not-found' },
  '/v1/drivers/:driver/raid/logical_disk_properties': { since: 12, below: 'not-acceptable' },
};

/** Links that the version document lists besides those of 1.1, and since when. */
export const documentLinks: Readonly<Record<string, number>> = {
  portgroups: 23,
  volume: 32,
  lookup: 22,
  heartbeat: 22,
  conductors: 49,
  allocations: 52,
  events: 54,
  deploy_templates: 55,
  shards: 82,
  continue_inspection: continueInspectionSince,
  runbooks: 92,
  inspection_rules: 96,
};

/**
 * The version of a route, or undefined for one that 1.1 has.
 *
 * @param pattern its pattern, for example `/v1/nodes/:node/bios/:setting`
 */
export function legacyVersionOf(pattern: string): RouteVersion | undefined {
  let best = '';
  for (const prefix of Object.keys(routeVersions))
    if ((pattern === prefix || pattern.startsWith(`${prefix}/`)) && prefix.length > best.length) best = prefix;
  return routeVersions[best];
}
