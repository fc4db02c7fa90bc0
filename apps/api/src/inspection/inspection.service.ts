import { isUuid } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { LookupService } from '../lookup/lookup.service.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { behaves } from '../versions/behaviours.js';
import { continueInspectionParameters, readParameters } from '../versions/parameters.js';
import { InspectorClient } from './inspector.client.js';

/** What ramdisks post, and the inventories that came of it. The data is the inspector's; the api passes it on. */
@Injectable()
export class InspectionService {
  constructor(
    private readonly inspector: InspectorClient,
    private readonly lookup: NodeLookup,
    private readonly lookups: LookupService,
  ) {}

  /**
   * Passes on what a ramdisk posted. Agents send no version, so that 1.1 is served besides 1.84 and newer (reference:
   * api.md §15).
   *
   * @param query `node_uuid` where the ramdisk knows the node
   */
  async continue(body: unknown, query: unknown, context: RequestContext): Promise<string | object> {
    const { node_uuid: wanted } = readParameters(continueInspectionParameters, query, context.minor);
    const uuid = await this.inspector.continue(body, typeof wanted === 'string' ? wanted : undefined);
    if (!isUuid(uuid)) throw new BessemerError('internal', 'The inspector named a node without a UUID.');
    if (!behaves('inspection-continued', context.minor)) return { uuid };
    return this.lookups.lookup({ node_uuid: uuid }, context);
  }

  /** The inventory of a node as JSON text; throws `not-found` when there is none. */
  async inventory(ident: string, context: RequestContext): Promise<string> {
    const node = await this.lookup.require(ident, context);
    return this.inspector.inventory(node.uuid);
  }
}
