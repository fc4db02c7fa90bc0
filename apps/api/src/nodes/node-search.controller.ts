import { BessemerError } from '@bessemer/errors';
import { Controller, Get, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { findParameters } from '../versions/own-parameters.js';
import { readParameters } from '../versions/parameters.js';
import { NodeSearchService } from './node-search.service.js';

/** `GET /v1/find`: Bessemer's own look-up of nodes by any identifier. */
@Controller('v1/find')
export class NodeSearchController {
  constructor(private readonly search: NodeSearchService) {}

  @Get()
  async find(@Query() query: unknown, @Context() context: RequestContext): Promise<object> {
    const { identifier } = readParameters(findParameters, query, context.minor);
    if (typeof identifier !== 'string' || identifier.trim() === '')
      throw new BessemerError('invalid', 'Missing mandatory parameter: identifier', { field: 'identifier' });
    const nodes = await this.search.find(identifier);
    const link = (uuid: string): object => ({ href: `${context.base}/v1/nodes/${uuid}`, rel: 'self' });
    return { nodes: nodes.map((node) => ({ ...node, links: [link(node.uuid)] })) };
  }
}
