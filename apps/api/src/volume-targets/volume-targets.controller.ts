import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { VolumeTargetsService } from './volume-targets.service.js';

/** `/v1/volume/targets` and `/v1/nodes/{node}/volume/targets` */
@Controller('v1')
export class VolumeTargetsController {
  constructor(private readonly targets: VolumeTargetsService) {}

  @Get('volume/targets')
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.targets.list(query, context);
  }

  @Post('volume/targets')
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { uuid, text } = await this.targets.create(body, context);
    reply.header('location', `${context.base}/v1/volume/targets/${uuid}`);
    return text;
  }

  @Get('volume/targets/:target')
  show(@Param('target') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<string> {
    return this.targets.show(ident, query, context);
  }

  @Patch('volume/targets/:target')
  patch(@Param('target') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<string> {
    return this.targets.patch(ident, body, context);
  }

  @Delete('volume/targets/:target')
  @HttpCode(204)
  delete(@Param('target') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.targets.delete(ident, context);
  }

  @Get('nodes/:node/volume/targets')
  listOfNode(
    @Param('node') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.targets.listOfNode(ident, query, context);
  }
}
