import { Controller, Get } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { resourcesOf } from '../versions/resources.js';
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
    return {
      id: 'v1',
      links: [
        { href: `${base}/v1/`, rel: 'self' },
        { href: documentation, rel: 'describedby', type: 'text/html' },
      ],
      media_types: { base: 'application/json', type: 'application/vnd.openstack.ironic.v1+json' },
      version: versionOf(base),
      ...Object.fromEntries(resourcesOf(minor).map((name) => [name, linksOf(base, name)])),
    };
  }
}
