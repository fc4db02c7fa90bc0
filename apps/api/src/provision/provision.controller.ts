import { Body, Controller, HttpCode, Param, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { ProvisionService } from './provision.service.js';

/** `PUT /v1/nodes/{node}/states/provision` */
@Controller('v1/nodes/:node/states')
export class ProvisionController {
  constructor(private readonly provision: ProvisionService) {}

  @Put('provision')
  @HttpCode(202)
  async set(
    @Param('node') ident: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const uuid = await this.provision.request(ident, body, context);
    reply.header('location', `${context.base}/v1/nodes/${uuid}/states`);
  }
}
