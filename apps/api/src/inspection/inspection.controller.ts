import { isUuid } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Context, type RequestContext } from '../http/context.js';
import { RoutingError } from '../http/faults.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { showSelection } from '../records/selection.js';
import { parseUuid } from '../records/values.js';
import { nodeFields } from '../versions/node-fields.js';
import { newestMinor, oldestMinor } from '../versions/version.js';
import { InspectorClient } from './inspector.client.js';

const since = 84;
const shown = ['uuid', 'properties', 'instance_info', 'driver_internal_info'];

/** What ramdisks post, and the inventories that came of it. The data is the inspector's; the api passes it on. */
@Controller('v1')
export class InspectionController {
  constructor(
    private readonly inspector: InspectorClient,
    private readonly lookup: NodeLookup,
    private readonly nodes: NodesRepository,
  ) {}

  /** Agents send no version, so that 1.1 is served besides 1.84 and newer (reference: api.md §15). */
  @Post('continue_inspection')
  @HttpCode(202)
  async continue(
    @Body() body: unknown,
    @Query('node_uuid') ident: unknown,
    @Context() context: RequestContext,
  ): Promise<string | object> {
    if (context.minor < since && context.minor !== oldestMinor) throw new RoutingError('not-found');
    if (ident !== undefined && context.minor < since)
      throw new BessemerError('invalid', 'Unexpected arguments: node_uuid', { field: 'node_uuid' });
    const wanted = ident === undefined ? undefined : parseUuid(ident, 'node_uuid');
    const uuid = await this.inspector.continue(body, wanted);
    if (!isUuid(uuid)) throw new BessemerError('internal', 'The inspector named a node without a UUID.');
    if (context.minor < since) return { uuid };
    const node = await this.nodes.render(uuid, showSelection(nodeFields, shown, newestMinor), context);
    return `{"node":${node}}`;
  }

  @Get('nodes/:node/inventory')
  async inventory(@Param('node') ident: string, @Context() context: RequestContext): Promise<string> {
    const node = await this.lookup.require(ident, context);
    return this.inspector.inventory(node.uuid);
  }
}
