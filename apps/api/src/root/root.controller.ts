import { Controller, Get } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { routes } from '../versions/routes/index.js';
import { newestMinor, oldestMinor, versionText } from '../versions/version.js';

// Wire values of the contract, slashes included: clients compare them.
const documentation = 'https://docs.openstack.org//ironic/latest/contributor//webapi.html';
const description = 'Ironic is an OpenStack project which enables the provision and management of baremetal machines.';

const versionOf = (base: string): object => ({
  id: 'v1',
  links: [{ href: `${base}/v1/`, rel: 'self' }],
  status: 'CURRENT',
  min_version: versionText(oldestMinor),
  version: versionText(newestMinor),
});

/** Resources that the version document lists, in its order, as far as the version has them. */
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

/** Whether a version has routes of the resource; `also` does not count, since no client looks for what only agents use. */
const isListed = (resource: string, minor: number): boolean =>
  routes.some(
    ({ path, own, since = 1 }) =>
      own !== true && minor >= since && (path === `/v1/${resource}` || path.startsWith(`/v1/${resource}/`)),
  );

const linksOf = (base: string, name: string): object[] => [
  { href: `${base}/v1/${name}/`, rel: 'self' },
  { href: `${base}/${name}/`, rel: 'bookmark' },
];

/** The root and version documents (reference: api.md §1). */
@Controller()
export class RootController {
  @Get()
  root(@Context() { base }: RequestContext): object {
    return {
      name: 'OpenStack Ironic API',
      description,
      default_version: versionOf(base),
      versions: [versionOf(base)],
    };
  }

  @Get('v1')
  version(@Context() { base, minor }: RequestContext): object {
    const names = resources.filter((name) => isListed(name, minor));
    return {
      id: 'v1',
      links: [
        { href: `${base}/v1/`, rel: 'self' },
        { href: documentation, rel: 'describedby', type: 'text/html' },
      ],
      media_types: { base: 'application/json', type: 'application/vnd.openstack.ironic.v1+json' },
      version: versionOf(base),
      ...Object.fromEntries(names.map((name) => [name, linksOf(base, name)])),
    };
  }
}
