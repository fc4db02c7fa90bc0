import { isUuid } from '@bessemer/contracts';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { RoutingError } from '../http/faults.js';
import { requireRevision } from '../records/revision.js';
import { behaves } from '../versions/behaviours.js';
import type { NodeRow } from './node-row.js';
import { isNodeIdent } from './node-rules.js';
import { type NodeName, NodeViews } from './node-views.js';
import { NodesRepository, nodeNotFound } from './nodes.repository.js';

/** Finds the node that a request names. */
@Injectable()
export class NodeLookup {
  constructor(
    private readonly nodes: NodesRepository,
    private readonly views: NodeViews,
  ) {}

  /**
   * The node of a UUID or, since 1.5, a name. A `.json` that was cut from the path may belong to the name.
   *
   * @throws `not-found`; 400 in the form of routing for what can be neither
   */
  async require(ident: string, context: RequestContext): Promise<NodeRow> {
    this.check(ident, context);
    const node =
      (await this.nodes.find(ident)) ?? (context.hadSuffix ? await this.nodes.find(`${ident}.json`) : undefined);
    if (node === undefined) throw nodeNotFound(ident);
    return node;
  }

  /**
   * Like {@link require}, for a request that changes the node and is refused for other reasons before the node is locked.
   *
   * @throws `precondition-failed` besides, when the request is meant for another revision
   */
  async requireExpected(ident: string, context: RequestContext): Promise<NodeRow> {
    const node = await this.require(ident, context);
    requireRevision(node, context);
    return node;
  }

  /** The UUID of the node that is named; whether there is a node of a UUID shows when it is used. Throws as {@link require} does. */
  async uuidOf(ident: string, context: RequestContext): Promise<string> {
    return isUuid(ident) ? ident.toLowerCase() : (await this.require(ident, context)).uuid;
  }

  /** Like {@link require}, the node as it is shown, as JSON text with every field that the version has. */
  async show(ident: string, context: RequestContext): Promise<string> {
    this.check(ident, context);
    const shown =
      (await this.views.show(nameOf(ident), context)) ??
      (context.hadSuffix ? await this.views.show(nameOf(`${ident}.json`), context) : undefined);
    if (shown === undefined) throw nodeNotFound(ident);
    return shown;
  }

  private check(ident: string, { minor }: RequestContext): void {
    if (!isNodeIdent(ident)) throw new RoutingError('invalid', `Expected UUID or name for node: ${ident}`);
    if (!isUuid(ident) && !behaves('node-names', minor)) throw nodeNotFound(ident);
  }
}

const nameOf = (ident: string): NodeName =>
  isUuid(ident) ? { column: 'uuid', value: ident.toLowerCase() } : { column: 'name', value: ident };
