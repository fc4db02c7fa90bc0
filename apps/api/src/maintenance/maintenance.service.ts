import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate } from '../nodes/node-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import { intoMaintenance, outOfMaintenance } from '../nodes/node-maintenance.js';
import type { NodeRow } from '../nodes/node-row.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { maintenanceMembers } from '../versions/maintenance-members.js';
import { readMembers } from '../versions/members.js';

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
    const { reason } = readMembers('maintenance', maintenanceMembers, body, context.minor);
    const text = typeof reason === 'string' ? reason : null;
    await this.change(ident, context, (node) => intoMaintenance(node, text));
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
