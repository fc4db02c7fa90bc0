import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { addOwnerConditions, requireExclusive } from '../ports/owner-conditions.js';
import { ListRequest } from '../records/list-request.js';
import {
  nodePortgroupListParameters,
  portgroupDetailParameters,
  portgroupListParameters,
} from '../versions/portgroup-parameters.js';
import { PortgroupsRepository } from './portgroups.repository.js';

/** Lists of port groups. */
@Injectable()
export class PortgroupListService {
  constructor(
    private readonly portgroups: PortgroupsRepository,
    private readonly nodes: NodeLookup,
  ) {}

  /** `GET /v1/portgroups` and, with `isDetail`, `GET /v1/portgroups/detail`. */
  list(query: unknown, isDetail: boolean, context: RequestContext): Promise<Buffer> {
    const parameters = isDetail ? portgroupDetailParameters : portgroupListParameters;
    const request = new ListRequest(this.portgroups.source, parameters, query, 'portgroups', isDetail, context);
    return this.page(request, request.values['node'], context);
  }

  /** `GET /v1/nodes/{node}/portgroups` and `…/detail`. */
  listOfNode(node: string, query: unknown, isDetail: boolean, context: RequestContext): Promise<Buffer> {
    const path = `nodes/${node}/portgroups`;
    const { source } = this.portgroups;
    const request = new ListRequest(source, nodePortgroupListParameters, query, path, isDetail, context);
    return this.page(request, node, context);
  }

  private async page(request: ListRequest, node: unknown, context: RequestContext): Promise<Buffer> {
    const { values, conditions } = request;
    const { address, shard, conductor_groups } = values;
    requireExclusive({ node, address, shard, conductor_groups });
    if (node !== undefined) conditions.add('r.node_uuid = ?', (await this.nodes.require(String(node), context)).uuid);
    addOwnerConditions(conditions, values);
    return request.body((...read) => this.portgroups.list(...read));
  }
}
