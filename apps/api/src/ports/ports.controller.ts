import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { PortListService } from './port-list.service.js';
import { PortsService } from './ports.service.js';

/** `/v1/ports`, `/v1/nodes/{node}/ports` and `/v1/portgroups/{portgroup}/ports` */
@Controller('v1')
export class PortsController {
  constructor(
    private readonly ports: PortsService,
    private readonly lists: PortListService,
  ) {}

  @Get('ports')
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.lists.list(query, false, context);
  }

  @Get('ports/detail')
  detail(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.lists.list(query, true, context);
  }

  @Post('ports')
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { uuid, text } = await this.ports.create(body, context);
    reply.header('location', `${context.base}/v1/ports/${uuid}`);
    return text;
  }

  @Get('ports/:port')
  show(@Param('port') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<string> {
    return this.ports.show(ident, query, context);
  }

  @Patch('ports/:port')
  patch(@Param('port') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<string> {
    return this.ports.patch(ident, body, context);
  }

  @Delete('ports/:port')
  @HttpCode(204)
  delete(@Param('port') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.ports.delete(ident, context);
  }

  @Get('nodes/:node/ports')
  listOfNode(
    @Param('node') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.lists.listOfNode(ident, query, false, context);
  }

  @Get('nodes/:node/ports/detail')
  detailOfNode(
    @Param('node') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.lists.listOfNode(ident, query, true, context);
  }

  @Get('portgroups/:portgroup/ports')
  listOfPortgroup(
    @Param('portgroup') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.lists.listOfPortgroup(ident, query, false, context);
  }

  @Get('portgroups/:portgroup/ports/detail')
  detailOfPortgroup(
    @Param('portgroup') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.lists.listOfPortgroup(ident, query, true, context);
  }
}
