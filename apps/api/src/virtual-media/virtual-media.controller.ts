import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { VirtualMediaService } from './virtual-media.service.js';

/** `/v1/nodes/{node}/vmedia` */
@Controller('v1/nodes/:node/vmedia')
export class VirtualMediaController {
  constructor(private readonly media: VirtualMediaService) {}

  @Get()
  list(@Param('node') ident: string, @Context() context: RequestContext): Promise<unknown> {
    return this.media.list(ident, context);
  }

  @Post()
  @HttpCode(204)
  attach(@Param('node') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<void> {
    return this.media.attach(ident, body, context);
  }

  @Delete()
  @HttpCode(204)
  detach(@Param('node') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<void> {
    return this.media.detach(ident, query, context);
  }
}
