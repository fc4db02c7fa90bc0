import { Body, Controller, Delete, Get, HttpCode, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { RunbooksService } from './runbooks.service.js';

/** `/v1/runbooks/{runbook}/traits` */
@Controller('v1/runbooks/:runbook/traits')
export class RunbookTraitsController {
  constructor(private readonly runbooks: RunbooksService) {}

  @Get()
  list(@Param('runbook') ident: string): Promise<object> {
    return this.runbooks.traits(ident);
  }

  @Put()
  @HttpCode(204)
  replace(@Param('runbook') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<void> {
    return this.runbooks.replaceTraits(ident, body, context);
  }

  @Put(':trait')
  @HttpCode(204)
  async add(
    @Param('runbook') ident: string,
    @Param('trait') trait: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.runbooks.addTrait(ident, trait, body, context);
    reply.header('location', `${context.base}/v1/runbooks/${ident}/traits/${trait}`);
  }

  @Delete()
  @HttpCode(204)
  clear(@Param('runbook') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.runbooks.clearTraits(ident, context);
  }

  @Delete(':trait')
  @HttpCode(204)
  remove(
    @Param('runbook') ident: string,
    @Param('trait') trait: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    return this.runbooks.removeTrait(ident, trait, context);
  }
}
