import { isUuid } from '@bessemer/contracts';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { RoutingError } from '../http/faults.js';
import type { NodeRow } from './node-row.js';
import { isNodeIdent } from './node-rules.js';
import { NodesRepository, nodeNotFound } from './nodes.repository.js';

const namesSince = 5;

/** Finds the node that a request names. */
@Injectable()
export class NodeLookup {
  constructor(private readonly nodes: NodesRepository) {}

  /**
   * The node of a UUID or, since 1.5, a name. A `.json` that was cut from the path may belong to the name.
   *
   * @throws `not-found`; 400 in the form of routing for what can be neither
   */
  async require(ident: string, context: RequestContext): Promise<NodeRow> {
    if (!isNodeIdent(ident)) throw new RoutingError('invalid', `Expected UUID or name for node: ${ident}`);
    if (!isUuid(ident) && context.minor < namesSince) throw nodeNotFound(ident);
    const node =
      (await this.nodes.find(ident)) ?? (context.hadSuffix ? await this.nodes.find(`${ident}.json`) : undefined);
    if (node === undefined) throw nodeNotFound(ident);
    return node;
  }
}
