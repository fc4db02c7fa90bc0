import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { type Handover, LookupService } from './lookup.service.js';

function followAnswer({ raw }: FastifyReply, handover: Handover): void {
  const end = (): void => void handover.ended(raw.writableFinished && raw.statusCode === 200);
  if (raw.closed) end();
  else raw.once('close', end);
}

/** `GET /v1/lookup`, for ramdisks, without authentication. */
@Controller('v1/lookup')
export class LookupController {
  constructor(private readonly service: LookupService) {}

  @Get()
  async lookup(
    @Query() query: unknown,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { text, handover } = await this.service.lookup(query, context);
    if (handover !== undefined) followAnswer(reply, handover);
    return text;
  }
}
