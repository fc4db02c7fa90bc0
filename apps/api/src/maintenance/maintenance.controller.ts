import { Body, Controller, Delete, HttpCode, Param, Put } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { MaintenanceService } from './maintenance.service.js';

/** `/v1/nodes/{node}/maintenance` */
@Controller('v1/nodes/:node/maintenance')
export class MaintenanceController {
  constructor(private readonly maintenance: MaintenanceService) {}

  @Put()
  @HttpCode(202)
  set(@Param('node') ident: string, @Body() body: unknown, @Context() context: RequestContext): Promise<void> {
    return this.maintenance.set(ident, body, context);
  }

  @Delete()
  @HttpCode(202)
  clear(@Param('node') ident: string, @Context() context: RequestContext): Promise<void> {
    return this.maintenance.clear(ident, context);
  }
}
