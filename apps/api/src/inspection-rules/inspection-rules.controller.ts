import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { InspectionRulesService } from './inspection-rules.service.js';

/** `/v1/inspection_rules` */
@Controller('v1/inspection_rules')
export class InspectionRulesController {
  constructor(private readonly rules: InspectionRulesService) {}

  @Get()
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.rules.list(query, context);
  }

  @Post()
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { uuid, shown } = await this.rules.create(body, context);
    reply.header('location', `${context.base}/v1/inspection_rules/${uuid}`);
    return shown;
  }

  @Delete()
  @HttpCode(204)
  deleteAll(@Query() query: unknown, @Context() context: RequestContext): Promise<void> {
    return this.rules.deleteAll(query, context);
  }

  @Get(':rule')
  show(@Param('rule') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<object> {
    return this.rules.read(ident, query, context);
  }

  @Patch(':rule')
  patch(@Param('rule') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<object> {
    return this.rules.patch(ident, body, context);
  }

  @Delete(':rule')
  @HttpCode(204)
  delete(@Param('rule') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.rules.delete(ident, context);
  }
}
