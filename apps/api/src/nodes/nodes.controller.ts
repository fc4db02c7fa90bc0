import { BessemerError } from '@bessemer/errors';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { NodeListService } from './node-list.service.js';
import { NodePatchService } from './node-patch.service.js';
import { NodesService } from './nodes.service.js';

/** `/v1/nodes` and `/v1/shards` */
@Controller('v1')
export class NodesController {
  constructor(
    private readonly nodes: NodesService,
    private readonly lists: NodeListService,
    private readonly patches: NodePatchService,
  ) {}

  @Get('nodes')
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.lists.list(query, false, context);
  }

  @Get('nodes/detail')
  detail(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.lists.list(query, true, context);
  }

  @Get('shards')
  shards(): Promise<object> {
    return this.lists.shards();
  }

  @Post('nodes')
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { uuid, text } = await this.nodes.create(body, context);
    reply.header('location', `${context.base}/v1/nodes/${uuid}`);
    return text;
  }

  @Get('nodes/:node')
  show(@Param('node') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<string> {
    return this.nodes.show(ident, query, context);
  }

  @Patch('nodes/:node')
  patch(
    @Param('node') ident: string,
    @Body() body: unknown,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.patches.patch(ident, body, query, context);
  }

  @Delete('nodes/:node')
  @HttpCode(204)
  async delete(@Param('node') ident: string, @Context() context: RequestContext): Promise<void> {
    await this.nodes.delete(ident, context);
  }

  /** Deletes the node that the query names, as old clients ask for it. */
  @Delete('nodes')
  @HttpCode(204)
  async deleteNamed(@Query('node_ident') ident: unknown, @Context() context: RequestContext): Promise<void> {
    if (typeof ident !== 'string') throw new BessemerError('invalid', 'Missing mandatory parameter: node_ident');
    await this.nodes.delete(ident, context);
  }

  /** Patches the node that the query names, as old clients ask for it. */
  @Patch('nodes')
  patchNamed(
    @Query('node_ident') ident: unknown,
    @Body() body: unknown,
    @Context() context: RequestContext,
  ): Promise<string> {
    if (typeof ident !== 'string') throw new BessemerError('invalid', 'Missing mandatory parameter: node_ident');
    return this.patches.patch(ident, body, {}, context);
  }

  @Get('nodes/:node/states')
  states(@Param('node') ident: string, @Context() context: RequestContext): Promise<string> {
    return this.nodes.showStates(ident, context);
  }
}
