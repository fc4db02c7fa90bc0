import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { VifsService } from './vifs.service.js';

/** `/v1/nodes/{node}/vifs` */
@Controller('v1/nodes/:node/vifs')
export class VifsController {
  constructor(private readonly vifs: VifsService) {}

  @Get()
  list(@Param('node') ident: string, @Context() context: RequestContext): Promise<object> {
    return this.vifs.list(ident, context);
  }

  @Post()
  @HttpCode(204)
  attach(@Param('node') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<void> {
    return this.vifs.attach(ident, body, context);
  }

  @Delete(':vif')
  @HttpCode(204)
  detach(@Param('node') ident: string, @Param('vif') vif: string, @Context() context: RequestContext): Promise<void> {
    return this.vifs.detach(ident, vif, context);
  }
}
