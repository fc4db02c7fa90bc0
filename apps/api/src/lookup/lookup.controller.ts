import { Controller, Get, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { LookupService } from './lookup.service.js';

/** `GET /v1/lookup`, for ramdisks, without authentication. */
@Controller('v1/lookup')
export class LookupController {
  constructor(private readonly service: LookupService) {}

  @Get()
  lookup(@Query() query: unknown, @Context() context: RequestContext): Promise<string> {
    return this.service.lookup(query, context);
  }
}
