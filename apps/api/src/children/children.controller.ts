import { Controller, Get, Param } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { ChildrenService } from './children.service.js';

/** `/v1/nodes/{node}/children` */
@Controller('v1/nodes/:node/children')
export class ChildrenController {
  constructor(private readonly children: ChildrenService) {}

  @Get()
  list(@Param('node') ident: string, @Context() context: RequestContext): Promise<object> {
    return this.children.list(ident, context);
  }
}
