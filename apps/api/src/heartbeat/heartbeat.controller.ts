import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { HeartbeatService } from './heartbeat.service.js';

/** `POST /v1/heartbeat/{node}`, for agents, without authentication but for their token. */
@Controller('v1/heartbeat')
export class HeartbeatController {
  constructor(private readonly service: HeartbeatService) {}

  @Post(':node')
  @HttpCode(202)
  beat(@Param('node') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<void> {
    return this.service.beat(ident, body, context);
  }
}
