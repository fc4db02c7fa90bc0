import { Controller, Get, Param, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { BiosService } from './bios.service.js';

/** `/v1/nodes/{node}/bios` */
@Controller('v1/nodes/:node/bios')
export class BiosController {
  constructor(private readonly settings: BiosService) {}

  @Get()
  list(@Param('node') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<string> {
    return this.settings.list(ident, query, context);
  }

  @Get(':setting')
  show(
    @Param('node') ident: string,
    @Param('setting') name: string,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.settings.show(ident, name, context);
  }
}
