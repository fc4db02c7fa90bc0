import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { PortgroupListService } from './portgroup-list.service.js';
import { PortgroupsService } from './portgroups.service.js';

/** `/v1/portgroups` and `/v1/nodes/{node}/portgroups` */
@Controller('v1')
export class PortgroupsController {
  constructor(
    private readonly portgroups: PortgroupsService,
    private readonly lists: PortgroupListService,
  ) {}

  @Get('portgroups')
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.lists.list(query, false, context);
  }

  @Get('portgroups/detail')
  detail(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.lists.list(query, true, context);
  }

  @Post('portgroups')
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { uuid, text } = await this.portgroups.create(body, context);
    reply.header('location', `${context.base}/v1/portgroups/${uuid}`);
    return text;
  }

  @Get('portgroups/:portgroup')
  show(
    @Param('portgroup') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.portgroups.show(ident, query, context);
  }

  @Patch('portgroups/:portgroup')
  patch(@Param('portgroup') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<string> {
    return this.portgroups.patch(ident, body, context);
  }

  @Delete('portgroups/:portgroup')
  @HttpCode(204)
  delete(@Param('portgroup') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.portgroups.delete(ident, context);
  }

  @Get('nodes/:node/portgroups')
  listOfNode(
    @Param('node') node: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.lists.listOfNode(node, query, false, context);
  }

  @Get('nodes/:node/portgroups/detail')
  detailOfNode(
    @Param('node') node: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.lists.listOfNode(node, query, true, context);
  }
}
