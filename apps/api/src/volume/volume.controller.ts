import { BessemerError } from '@bessemer/errors';
import { All, Controller, Get, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { RoutingError } from '../http/faults.js';
import { requireRoute } from '../http/route-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';

interface Link {
  readonly href: string;
  readonly rel: 'self' | 'bookmark';
}

/** Where connectors and targets are found. */
interface VolumeLinks {
  readonly links: readonly Link[];
  readonly connectors: readonly Link[];
  readonly targets: readonly Link[];
}

const linksTo = (base: string, path: string): Link[] => [
  { href: `${base}/v1/${path}`, rel: 'self' },
  { href: `${base}/${path}`, rel: 'bookmark' },
];

const volumeLinks = (base: string, path: string): VolumeLinks => ({
  links: linksTo(base, `${path}/`),
  connectors: linksTo(base, `${path}/connectors`),
  targets: linksTo(base, `${path}/targets`),
});

const nestedLists = /^[^?]*\/volume\/(connectors|targets)(\/[^/?]+)?\/?(\?|$)/;

/** `/v1/volume` and `/v1/nodes/{node}/volume`; connectors and targets have controllers of their own. */
@Controller('v1')
export class VolumeController {
  constructor(private readonly lookup: NodeLookup) {}

  @Get('volume')
  show(@Context() context: RequestContext): VolumeLinks {
    return volumeLinks(context.base, 'volume');
  }

  @Get('nodes/:node/volume')
  async showOfNode(@Param('node') ident: string, @Context() context: RequestContext): Promise<VolumeLinks> {
    const { uuid } = await this.lookup.require(ident, context);
    return volumeLinks(context.base, `nodes/${uuid}/volume`);
  }

  /** Below a node, connectors and targets are listed and nothing else (reference: api.md §2.10). */
  @All('nodes/:node/volume/*')
  refuse(@Req() request: FastifyRequest, @Context() context: RequestContext): never {
    requireRoute('/v1/nodes/:node/volume/connectors', 'GET', context.minor);
    if (!nestedLists.test(request.url)) throw new RoutingError('not-found');
    if (request.method === 'GET') throw new BessemerError('forbidden', 'Operation not permitted.');
    throw new BessemerError('invalid', 'Malformed request URI.', {
      remedy: 'Connectors and targets are changed below /v1/volume.',
    });
  }
}
