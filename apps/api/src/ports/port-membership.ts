import type { Transaction } from '@bessemer/database';
import { BessemerError } from '@bessemer/errors';
import { Injectable } from '@nestjs/common';
import { type PortgroupRow, PortgroupsRepository } from '../portgroups/portgroups.repository.js';
import { vifOf } from './port-rules.js';
import type { PortRow } from './ports.repository.js';

/** What of a port decides whether it may belong to a group. */
export type Member = Pick<
  PortRow,
  'uuid' | 'node_uuid' | 'portgroup_uuid' | 'pxe_enabled' | 'physical_network' | 'internal_info'
>;

const refused = (code: 'invalid' | 'conflict', message: string, field: string): BessemerError =>
  new BessemerError(code, message, { field });

function requireStandalone(port: Member, group: PortgroupRow): void {
  if (group.standalone_ports_supported) return;
  const vif = vifOf(port);
  if (port.pxe_enabled)
    throw refused(
      'conflict',
      `Port group ${group.uuid} takes no ports that stand alone, and pxe_enabled of port ${port.uuid} is true.`,
      'pxe_enabled',
    );
  if (vif !== undefined)
    throw refused(
      'conflict',
      `Port group ${group.uuid} takes no ports that stand alone, and port ${port.uuid} carries VIF ${vif}.`,
      'portgroup_uuid',
    );
}

/** Whether ports may belong to their port groups (reference: api.md §3). */
@Injectable()
export class PortMembership {
  constructor(private readonly portgroups: PortgroupsRepository) {}

  /**
   * Checks the port as it is to be written, with its node locked. A port without a group is fine.
   *
   * @throws `invalid` for a group that is not there or belongs to another node; `conflict` for a port that could stand
   *   alone in a group that takes none, and for one on another physical network than the group
   */
  async require(tx: Transaction, port: Member): Promise<void> {
    if (port.portgroup_uuid === null) return;
    const group = await this.portgroups.find(port.portgroup_uuid, tx);
    if (group === undefined)
      throw refused('invalid', `Portgroup ${port.portgroup_uuid} could not be found.`, 'portgroup_uuid');
    if (group.node_uuid !== port.node_uuid)
      throw refused('invalid', 'A port cannot belong to a port group of another node.', 'portgroup_uuid');
    requireStandalone(port, group);
    const networks =
      group.physical_network === null
        ? await this.portgroups.memberNetworks(tx, group.uuid, port.uuid)
        : [group.physical_network];
    if (networks.some((network) => network !== port.physical_network))
      throw refused(
        'conflict',
        `Port ${port.uuid} is on physical network ${port.physical_network ?? 'none'}, port group ${group.uuid} on ${networks.map((network) => network ?? 'none').join(', ')}.`,
        'physical_network',
      );
  }
}
