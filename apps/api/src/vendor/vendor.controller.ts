import { All, Body, Controller, Get, HttpCode, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBodyOfGet } from '../http/body-of-get.js';
import { Context, type RequestContext } from '../http/context.js';
import { VendorService } from './vendor.service.js';

/** `/v1/nodes/{node}/vendor_passthru` */
@Controller('v1/nodes/:node/vendor_passthru')
export class VendorController {
  constructor(private readonly vendor: VendorService) {}

  @Get('methods')
  methods(@Param('node') ident: string, @Context() context: RequestContext): Promise<object> {
    return this.vendor.methods(ident, context);
  }

  @All()
  @HttpCode(200)
  callNamed(
    @Param('node') ident: string,
    @Query('method') method: unknown,
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return this.answer(ident, method, body, context, request, reply);
  }

  @All(':method')
  @HttpCode(200)
  call(
    @Param('node') ident: string,
    @Param('method') method: string,
    @Body() body: unknown,
    @Context() context: RequestContext,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    return this.answer(ident, method, body, context, request, reply);
  }

  private async answer(
    ident: string,
    method: unknown,
    body: unknown,
    context: RequestContext,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<string | undefined> {
    const given = request.method === 'GET' ? await readBodyOfGet(request) : body;
    const answer = await this.vendor.call(ident, method, request.method, given, context);
    if (!answer.isAsync) return JSON.stringify(answer.result ?? null);
    reply.code(202);
    return undefined;
  }
}
