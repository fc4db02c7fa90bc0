import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { ChildrenRepository } from './children.repository.js';

/** Nodes that belong to another node, such as the cards of a machine that are machines themselves. */
@Injectable()
export class ChildrenService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly children: ChildrenRepository,
  ) {}

  /** The UUIDs of a node's children, the oldest first. */
  async list(ident: string, context: RequestContext): Promise<{ children: string[]; links: object }> {
    const node = await this.lookup.require(ident, context);
    return { children: await this.children.of(node.uuid), links: {} };
  }
}
