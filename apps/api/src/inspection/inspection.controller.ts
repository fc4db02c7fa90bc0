import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { InspectionService } from './inspection.service.js';

/** `POST /v1/continue_inspection`, for ramdisks, and `GET /v1/nodes/{node}/inventory` */
@Controller('v1')
export class InspectionController {
  constructor(private readonly inspection: InspectionService) {}

  @Post('continue_inspection')
  @HttpCode(202)
  continue(
    @Body() body: unknown,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<string | object> {
    return this.inspection.continue(body, query, context);
  }

  @Get('nodes/:node/inventory')
  inventory(@Param('node') ident: string, @Context() context: RequestContext): Promise<string> {
    return this.inspection.inventory(ident, context);
  }
}
