import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Context, type RequestContext } from '../http/context.js';
import { type Handover, LookupService } from './lookup.service.js';

/** Tells the handover whether its answer was sent: as a whole, and with no error of the connection until then. */
function followAnswer({ socket }: FastifyRequest['raw'], answer: FastifyReply['raw'], handover: Handover): void {
  let isFinished = false;
  answer.once('finish', () => {
    isFinished = true;
  });
  const end = (): void => {
    answer.off('close', end);
    socket.off('close', end);
    void handover.ended(isFinished && answer.statusCode === 200 && socket.errored === null);
  };
  if (answer.closed || socket.destroyed) end();
  else {
    answer.once('close', end);
    // An answer whose turn never came, behind another one on the same connection, does not close by itself.
    socket.once('close', end);
  }
}

/** `GET /v1/lookup`, for ramdisks, without authentication. */
@Controller('v1/lookup')
export class LookupController {
  constructor(private readonly service: LookupService) {}

  @Get()
  async lookup(
    @Query() query: unknown,
    @Context() context: RequestContext,
    @Req() { raw: request }: FastifyRequest,
    @Res({ passthrough: true }) { raw: answer }: FastifyReply,
  ): Promise<string> {
    const { text, handover } = await this.service.lookup(query, context);
    if (handover !== undefined) followAnswer(request, answer, handover);
    return text;
  }
}
