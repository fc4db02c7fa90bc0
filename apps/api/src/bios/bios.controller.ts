import { BessemerError } from '@bessemer/errors';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { allFields, listSelection } from '../records/selection.js';
import { biosFields } from '../versions/history-fields.js';
import { biosParameters, readParameters } from '../versions/parameters.js';
import { BiosRepository } from './bios.repository.js';

/** `/v1/nodes/{node}/bios` */
@Controller('v1/nodes/:node/bios')
export class BiosController {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly settings: BiosRepository,
  ) {}

  @Get()
  async list(
    @Param('node') ident: string,
    @Query() query: unknown,
    @Context() context: RequestContext,
  ): Promise<string> {
    const { fields, detail } = readParameters(biosParameters, query, context.minor);
    const asked = { detail: detail === true, ...(Array.isArray(fields) ? { fields } : {}) };
    const node = await this.lookup.require(ident, context);
    const rows = await this.settings.list(node.uuid, listSelection(biosFields, asked, context.minor), context);
    return `{"bios":[${rows.map((row) => row.item).join(',')}]}`;
  }

  @Get(':setting')
  async show(
    @Param('node') ident: string,
    @Param('setting') name: string,
    @Context() context: RequestContext,
  ): Promise<string> {
    const node = await this.lookup.require(ident, context);
    const [row] = await this.settings.list(node.uuid, allFields(biosFields, context.minor), context, name);
    if (row === undefined)
      throw new BessemerError('not-found', `Node ${node.uuid} doesn't have a BIOS setting '${name}'`);
    return `{${JSON.stringify(row.name)}:${row.item}}`;
  }
}
