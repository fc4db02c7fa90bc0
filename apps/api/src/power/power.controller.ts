import { Body, Controller, HttpCode, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { PowerService } from './power.service.js';

/** `PUT /v1/nodes/{node}/states/power` */
@Controller('v1/nodes/:node/states')
export class PowerController {
  constructor(private readonly power: PowerService) {}

  @Put('power')
  @HttpCode(202)
  async set(
    @Param('node') ident: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const uuid = await this.power.request(ident, body, context);
    reply.header('location', `${context.base}/v1/nodes/${uuid}/states`);
  }
}
