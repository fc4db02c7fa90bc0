import { Controller, Get, Param, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { FirmwareService } from './firmware.service.js';

/** `/v1/nodes/{node}/firmware` */
@Controller('v1/nodes/:node/firmware')
export class FirmwareController {
  constructor(private readonly firmware: FirmwareService) {}

  @Get()
  list(@Param('node') ident: string, @Query() query: unknown, @Context() context: RequestContext): Promise<string> {
    return this.firmware.list(ident, query, context);
  }
}
