import { routes } from './routes/index.js';

/** Resources that the version document lists, in its order. */
const resources = [
  'chassis',
  'nodes',
  'ports',
  'drivers',
  'portgroups',
  'volume',
  'lookup',
  'heartbeat',
  'conductors',
  'allocations',
  'events',
  'deploy_templates',
  'shards',
  'continue_inspection',
  'runbooks',
  'inspection_rules',
];

const byMinor = new Map<number, readonly string[]>();

/**
 * The resources of an API version: those of which it has a route. Single older versions that have a route too do not
 * count, since only agents use them.
 */
export function resourcesOf(minor: number): readonly string[] {
  let found = byMinor.get(minor);
  if (found === undefined) {
    found = resources.filter((name) =>
      routes.some(
        ({ path, own, since = 1 }) =>
          own !== true && minor >= since && (path === `/v1/${name}` || path.startsWith(`/v1/${name}/`)),
      ),
    );
    byMinor.set(minor, found);
  }
  return found;
}
