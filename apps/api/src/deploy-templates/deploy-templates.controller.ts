import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { DeployTemplatesService } from './deploy-templates.service.js';

/** `/v1/deploy_templates` */
@Controller('v1/deploy_templates')
export class DeployTemplatesController {
  constructor(private readonly templates: DeployTemplatesService) {}

  @Get()
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.templates.list(query, context);
  }

  @Post()
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { uuid, text } = await this.templates.create(body, context);
    reply.header('location', `${context.base}/v1/deploy_templates/${uuid}`);
    return text;
  }

  @Get(':template')
  show(@Param('template') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<string> {
    return this.templates.show(ident, query, context);
  }

  @Patch(':template')
  patch(@Param('template') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<string> {
    return this.templates.patch(ident, body, context);
  }

  @Delete(':template')
  @HttpCode(204)
  delete(@Param('template') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.templates.delete(ident, context);
  }
}
