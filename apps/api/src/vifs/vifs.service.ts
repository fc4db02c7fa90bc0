import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../http/context.js';
import { NodeEvents } from '../nodes/node-events.js';
import { NodeGate } from '../nodes/node-gate.js';
import { NodeLookup } from '../nodes/node-lookup.js';
import type { NodeRow } from '../nodes/node-row.js';
import { isNodeIdent } from '../nodes/node-rules.js';
import { NodesRepository } from '../nodes/nodes.repository.js';
import { entityTagOf } from '../records/revision.js';
import { shorten } from '../records/values.js';
import { readDocument } from '../versions/members.js';
import { vifMembers } from '../versions/vif-members.js';
import { chooseCarrier, type WantedCarrier } from './vif-carriers.js';
import { VifsRepository } from './vifs.repository.js';

/** Whether the node's network interface binds VIFs; with `noop` the networks are always there and nothing is kept. */
const bindsVifs = (node: NodeRow): boolean => node.network_interface !== 'noop';

function readVif(body: unknown, minor: number): { vif: string; wanted?: WantedCarrier } {
  const {
    id,
    port_uuid: port,
    portgroup_uuid: portgroup,
  } = readDocument('vif', vifMembers, body, minor, {
    isOpen: true,
  });
  if (port !== undefined && portgroup !== undefined)
    throw new BessemerError('invalid', 'Cannot specify both port_uuid and portgroup_uuid', { field: 'port_uuid' });
  const vif = String(id);
  if (port !== undefined) return { vif, wanted: { kind: 'port', uuid: String(port) } };
  return portgroup === undefined ? { vif } : { vif, wanted: { kind: 'portgroup', uuid: String(portgroup) } };
}

/** Virtual network interfaces, each of which a port or a port group of the node carries. */
@Injectable()
export class VifsService {
  constructor(
    private readonly lookup: NodeLookup,
    private readonly gate: NodeGate,
    private readonly vifs: VifsRepository,
    private readonly nodes: NodesRepository,
    private readonly events: NodeEvents,
  ) {}

  async list(ident: string, context: RequestContext): Promise<{ vifs: { id: string }[] }> {
    const node = await this.lookup.require(ident, context);
    context.shownTag = entityTagOf(node);
    const carriers = bindsVifs(node) ? await this.vifs.carriers(node.uuid) : [];
    return { vifs: carriers.flatMap(({ vif }) => (vif === null ? [] : [{ id: vif }])) };
  }

  /**
   * Attaches the VIF that the body names to a port or port group.
   *
   * @throws `conflict` when it is attached already, `invalid` when nothing is free, `node-locked`
   */
  async attach(ident: string, body: unknown, context: RequestContext): Promise<void> {
    const { vif, wanted } = readVif(body, context.minor);
    await this.change(ident, context, async (tx, node) => {
      const carrier = chooseCarrier(await this.vifs.carriers(node.uuid, tx), vif, node.uuid, wanted);
      await this.vifs.carry(tx, carrier, vif);
    });
  }

  /** Detaches a VIF; throws `invalid` when the node does not have it. */
  async detach(ident: string, vif: string, context: RequestContext): Promise<void> {
    if (!isNodeIdent(vif))
      throw new BessemerError('invalid', `Expected UUID or name for vif_id: ${shorten(vif)}`, { field: 'vif_id' });
    await this.change(ident, context, async (tx, node) => {
      const carrier = (await this.vifs.carriers(node.uuid, tx)).find((candidate) => candidate.vif === vif);
      if (carrier === undefined)
        throw new BessemerError(
          'invalid',
          `Unable to detach VIF ${vif} from node ${node.uuid} because it is not attached to it.`,
          { field: 'vif_id' },
        );
      await this.vifs.carry(tx, carrier, null);
    });
  }

  private async change(
    ident: string,
    context: RequestContext,
    work: (tx: Transaction, node: NodeRow) => Promise<void>,
  ): Promise<void> {
    const found = await this.lookup.require(ident, context);
    await this.gate.whenFree(
      found.uuid,
      async (tx, node) => {
        if (!bindsVifs(node)) return;
        await work(tx, node);
        await this.events.announce(tx, await this.nodes.update(tx, node, {}), 'update', 'end');
      },
      context,
    );
  }
}
