import { Body, Controller, Delete, Get, HttpCode, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { TraitsService } from './traits.service.js';

/** `/v1/nodes/{node}/traits` */
@Controller('v1/nodes/:node/traits')
export class TraitsController {
  constructor(private readonly traits: TraitsService) {}

  @Get()
  list(@Param('node') ident: string, @Context() context: RequestContext): Promise<object> {
    return this.traits.list(ident, context);
  }

  @Put()
  @HttpCode(204)
  replace(@Param('node') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<void> {
    return this.traits.replace(ident, body, context);
  }

  @Put(':trait')
  @HttpCode(204)
  async add(
    @Param('node') ident: string,
    @Param('trait') trait: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const uuid = await this.traits.add(ident, trait, body, context);
    reply.header('location', `${context.base}/v1/nodes/${uuid}/traits/${trait}`);
  }

  @Delete()
  @HttpCode(204)
  clear(@Param('node') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.traits.clear(ident, context);
  }

  @Delete(':trait')
  @HttpCode(204)
  remove(
    @Param('node') ident: string,
    @Param('trait') trait: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    return this.traits.remove(ident, trait, context);
  }
}
