import { isJsonObject } from '@bessemer/contracts';
import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate } from '../nodes/node-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import type { NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { entityTagOf } from '../records/revision.js';
import { requireTraits, TraitsRepository } from './traits.repository.js';

const isEmpty = (body: unknown): boolean =>
  body === undefined || body === null || (isJsonObject(body) && Object.keys(body).length === 0);

const wrongForm = (): BessemerError =>
  new BessemerError(
    'invalid',
    'One trait is added by its name in the path and no body; all of them are replaced by the list "traits" in the body.',
    { field: 'traits' },
  );

/** The traits of nodes. */
@Injectable()
export class TraitsService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly nodes: NodesRepository,
    private readonly traits: TraitsRepository,
    private readonly gate: NodeGate,
    private readonly events: NodeEvents,
  ) {}

  async list(ident: string, context: RequestContext): Promise<{ traits: string[] }> {
    const node = await this.lookup.require(ident, context);
    // Read before the traits: at worst it is older than they are, and a change that is meant for it is refused.
    context.shownTag = entityTagOf(node);
    return { traits: await this.nodes.traits(node.uuid) };
  }

  async replace(ident: string, body: unknown, context: RequestContext): Promise<void> {
    if (!isJsonObject(body) || !Array.isArray(body['traits']) || Object.keys(body).length !== 1) throw wrongForm();
    const wanted: unknown[] = body['traits'];
    requireTraits(wanted);
    await this.change(ident, context, (tx, node) => this.traits.replace(tx, node.uuid, wanted));
  }

  /** @returns the node's UUID */
  async add(ident: string, trait: string, body: unknown, context: RequestContext): Promise<string> {
    if (!isEmpty(body)) throw wrongForm();
    requireTraits([trait]);
    return this.change(ident, context, (tx, node) => this.traits.add(tx, node.uuid, [trait]));
  }

  async remove(ident: string, trait: string, context: RequestContext): Promise<void> {
    await this.change(ident, context, async (tx, node) => {
      const removed = await this.traits.remove(tx, node.uuid, [trait]);
      if (removed.length === 0)
        throw new BessemerError('not-found', `Node ${node.uuid} doesn't have a trait '${trait}'`, { field: 'trait' });
    });
  }

  async clear(ident: string, context: RequestContext): Promise<void> {
    await this.change(ident, context, (tx, node) => this.traits.clear(tx, node.uuid));
  }

  private async change(
    ident: string,
    context: RequestContext,
    work: (tx: Transaction, node: NodeRow) => Promise<void>,
  ): Promise<string> {
    const found = await this.lookup.require(ident, context);
    await this.gate.whenFree(
      found.uuid,
      async (tx, node) => {
        await work(tx, node);
        await this.events.announce(tx, await this.nodes.update(tx, node, {}), 'update', 'end');
      },
      context,
    );
    return found.uuid;
  }
}
