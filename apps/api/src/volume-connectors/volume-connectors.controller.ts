import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { VolumeConnectorsService } from './volume-connectors.service.js';

/** `/v1/volume/connectors` and `/v1/nodes/{node}/volume/connectors` */
@Controller('v1')
export class VolumeConnectorsController {
  constructor(private readonly connectors: VolumeConnectorsService) {}

  @Get('volume/connectors')
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.connectors.list(query, context);
  }

  @Post('volume/connectors')
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { uuid, text } = await this.connectors.create(body, context);
    reply.header('location', `${context.base}/v1/volume/connectors/${uuid}`);
    return text;
  }

  @Get('volume/connectors/:connector')
  show(
    @Param('connector') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.connectors.show(ident, query, context);
  }

  @Patch('volume/connectors/:connector')
  patch(@Param('connector') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<string> {
    return this.connectors.patch(ident, body, context);
  }

  @Delete('volume/connectors/:connector')
  @HttpCode(204)
  delete(@Param('connector') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.connectors.delete(ident, context);
  }

  @Get('nodes/:node/volume/connectors')
  listOfNode(
    @Param('node') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.connectors.listOfNode(ident, query, context);
  }
}
