import { Controller, Get, Param, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { HistoryService } from './history.service.js';

/** `/v1/nodes/{node}/history` */
@Controller('v1/nodes/:node/history')
export class HistoryController {
  constructor(private readonly history: HistoryService) {}

  @Get()
  list(@Param('node') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.history.list(ident, query, context);
  }

  @Get(':entry')
  show(
    @Param('node') ident: string,
    @Param('entry') entry: string,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.history.show(ident, entry, context);
  }
}
