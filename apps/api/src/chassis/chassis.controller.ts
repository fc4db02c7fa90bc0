import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { NodeListService } from '../nodes/node-list.service.js';
import { ChassisService } from './chassis.service.js';

/** `/v1/chassis` */
@Controller('v1/chassis')
export class ChassisController {
  constructor(
    private readonly chassis: ChassisService,
    private readonly nodes: NodeListService,
  ) {}

  @Get()
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.chassis.list(query, false, context);
  }

  @Get('detail')
  detail(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.chassis.list(query, true, context);
  }

  @Post()
  async create(
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { uuid, text } = await this.chassis.create(body, context);
    reply.header('location', `${context.base}/v1/chassis/${uuid}`);
    return text;
  }

  @Get(':chassis')
  show(@Param('chassis') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<string> {
    return this.chassis.show(ident, query, context);
  }

  @Patch(':chassis')
  patch(@Param('chassis') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<string> {
    return this.chassis.patch(ident, body, context);
  }

  @Delete(':chassis')
  @HttpCode(204)
  delete(@Param('chassis') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.chassis.delete(ident, context);
  }

  @Get(':chassis/nodes')
  listNodes(
    @Param('chassis') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.nodes.listOfChassis(ident, query, false, context);
  }

  @Get(':chassis/nodes/detail')
  detailNodes(
    @Param('chassis') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<Buffer> {
    return this.nodes.listOfChassis(ident, query, true, context);
  }
}
