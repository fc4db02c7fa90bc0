import { Controller, Get, Param, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { ConductorsService } from './conductors.service.js';

/** `/v1/conductors` */
@Controller('v1/conductors')
export class ConductorsController {
  constructor(private readonly conductors: ConductorsService) {}

  @Get()
  list(@Query() query: unknown, @Context() context: RequestContext): Promise<Buffer> {
    return this.conductors.list(query, context);
  }

  @Get(':hostname')
  show(
    @Param('hostname') hostname: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<string> {
    return this.conductors.show(hostname, query, context);
  }
}
