import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { RunbooksService } from './runbooks.service.js';

/** `/v1/runbooks` */
@Controller('v1/runbooks')
export class RunbooksController {
  constructor(private readonly runbooks: RunbooksService) {}

  @Get()
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.runbooks.list(query, context);
  }

  @Post()
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { uuid, text } = await this.runbooks.create(body, context);
    reply.header('location', `${context.base}/v1/runbooks/${uuid}`);
    return text;
  }

  @Get(':runbook')
  show(@Param('runbook') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<string> {
    return this.runbooks.show(ident, query, context);
  }

  @Patch(':runbook')
  patch(@Param('runbook') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<string> {
    return this.runbooks.patch(ident, body, context);
  }

  @Delete(':runbook')
  @HttpCode(204)
  delete(@Param('runbook') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.runbooks.delete(ident, context);
  }
}
