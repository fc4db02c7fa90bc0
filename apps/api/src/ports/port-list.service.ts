import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { PortgroupLookup } from '../portgroups/portgroup-lookup.js';
import { ListRequest } from '../records/list-request.js';
import {
  nodePortListParameters,
  portDetailParameters,
  portgroupPortListParameters,
  portListParameters,
} from '../versions/port-parameters.js';
import { addOwnerConditions, requireExclusive } from './owner-conditions.js';
import { PortsRepository } from './ports.repository.js';

/** What a list is below of, by identifier. */
interface Owner {
  readonly node?: string;
  readonly portgroup?: string;
}

/** Lists of ports. */
@Injectable()
export class PortListService {
  constructor(
    private readonly ports: PortsRepository,
    private readonly nodes: NodeLookup,
    private readonly portgroups: PortgroupLookup,
  ) {}

  /** `GET /v1/ports` and, with `isDetail`, `GET /v1/ports/detail`. */
  list(query: unknown, isDetail: boolean, context: RequestContext): Promise<Buffer> {
    const parameters = isDetail ? portDetailParameters : portListParameters;
    const request = new ListRequest(this.ports.source, parameters, query, 'ports', isDetail, context);
    return this.page(request, {}, context);
  }

  /** `GET /v1/nodes/{node}/ports` and `…/detail`. */
  listOfNode(node: string, query: unknown, isDetail: boolean, context: RequestContext): Promise<Buffer> {
    const path = `nodes/${node}/ports`;
    const request = new ListRequest(this.ports.source, nodePortListParameters, query, path, isDetail, context);
    return this.page(request, { node }, context);
  }

  /** `GET /v1/portgroups/{portgroup}/ports` and `…/detail`. */
  listOfPortgroup(portgroup: string, query: unknown, isDetail: boolean, context: RequestContext): Promise<Buffer> {
    const path = `portgroups/${portgroup}/ports`;
    const request = new ListRequest(this.ports.source, portgroupPortListParameters, query, path, isDetail, context);
    return this.page(request, { portgroup }, context);
  }

  private async page(request: ListRequest, owner: Owner, context: RequestContext): Promise<Buffer> {
    const { values, conditions } = request;
    const node = owner.node ?? values['node_uuid'] ?? values['node'];
    const portgroup = owner.portgroup ?? values['portgroup'];
    requireExclusive({ node, portgroup, shard: values['shard'] });
    if (node !== undefined) conditions.add('r.node_uuid = ?', (await this.nodes.require(String(node), context)).uuid);
    if (portgroup !== undefined)
      conditions.add('r.portgroup_uuid = ?', (await this.portgroups.require(String(portgroup), context)).uuid);
    addOwnerConditions(conditions, values);
    if (values['description_contains'] !== undefined)
      conditions.add('strpos(lower(r.description), lower(?)) > 0', values['description_contains']);
    return request.body((...read) => this.ports.list(...read));
  }
}
