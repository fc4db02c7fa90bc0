import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { AllocationsService } from './allocations.service.js';

/** `/v1/allocations` and `/v1/nodes/{node}/allocation` */
@Controller('v1')
export class AllocationsController {
  constructor(private readonly allocations: AllocationsService) {}

  @Get('allocations')
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.allocations.list(query, context);
  }

  @Post('allocations')
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { uuid, text } = await this.allocations.create(body, context);
    reply.header('location', `${context.base}/v1/allocations/${uuid}`);
    return text;
  }

  @Get('allocations/:allocation')
  show(
    @Param('allocation') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.allocations.show(ident, query, context);
  }

  @Patch('allocations/:allocation')
  patch(
    @Param('allocation') ident: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.allocations.patch(ident, body, context);
  }

  @Delete('allocations/:allocation')
  @HttpCode(204)
  delete(@Param('allocation') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.allocations.delete(ident, context);
  }

  @Get('nodes/:node/allocation')
  showOfNode(
    @Param('node') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.allocations.showOfNode(ident, query, context);
  }

  @Delete('nodes/:node/allocation')
  @HttpCode(204)
  deleteOfNode(@Param('node') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.allocations.deleteOfNode(ident, context);
  }
}
