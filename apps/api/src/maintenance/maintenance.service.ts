import { isJsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate } from '../nodes/node-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { intoMaintenance, outOfMaintenance } from '../nodes/node-maintenance.js';
import type { NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { shorten } from '../records/values.js';

/** Setting nodes into maintenance and out of it. */
@Injectable()
export class MaintenanceService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly nodes: NodesRepository,
    private readonly gate: NodeGate,
    private readonly events: NodeEvents,
  ) {}

  /** Sets the node into maintenance; the body may give a reason. */
  async set(ident: string, body: unknown, context: RequestContext): Promise<void> {
    const given = body ?? {};
    if (!isJsonObject(given)) throw new BessemerError('invalid', `${shorten(given)} is not of type 'object'`);
    const { reason = null, ...rest } = given;
    const unknown = Object.keys(rest);
    if (unknown.length > 0) throw new BessemerError('invalid', `Unexpected arguments: ${unknown.join(', ')}`);
    if (reason !== null && typeof reason !== 'string')
      throw new BessemerError('invalid', `Expected string for reason: ${shorten(reason)}`, { field: 'reason' });
    await this.change(ident, context, (node) => intoMaintenance(node, reason));
  }

  /** Takes the node out of maintenance, with reason and fault. */
  clear(ident: string, context: RequestContext): Promise<void> {
    return this.change(ident, context, () => outOfMaintenance);
  }

  private async change(
    ident: string,
    context: RequestContext,
    changesOf: (node: NodeRow) => Partial<NodeRow>,
  ): Promise<void> {
    const found = await this.lookup.require(ident, context);
    await this.gate.whenFree(
      found.uuid,
      async (tx, node) => {
        const changed = await this.nodes.update(tx, node, changesOf(node));
        await this.events.announce(tx, changed, 'maintenance_set', 'end');
      },
      context,
    );
  }
}
