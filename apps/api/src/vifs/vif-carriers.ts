import { BessemerError } from '@bessemer/errors';

/** Where `internal_info` of a port or port group holds the VIF that it carries, as clients of Ironic know it. */
export const vifKey = 'tenant_vif_port_id';

/** What carries a VIF: a port, or a port group. */
export interface Carrier {
  readonly kind: 'port' | 'portgroup';
  readonly uuid: string;
  /** The VIF that it carries. */
  readonly vif: string | null;
  /** The port group that a port belongs to. */
  readonly group: string | null;
  readonly physical_network: string | null;
  readonly pxe_enabled: boolean;
}

/** A carrier that the client has chosen by itself (since 1.67). */
export type WantedCarrier = Pick<Carrier, 'kind' | 'uuid'>;

const isSame = (carrier: Carrier, wanted: WantedCarrier): boolean =>
  carrier.kind === wanted.kind && carrier.uuid === wanted.uuid;

const noneFree = (vif: string, node: string): BessemerError =>
  new BessemerError('invalid', `Unable to attach VIF ${vif}, not enough free physical ports.`, {
    field: 'id',
    remedy: `Detach a VIF from node ${node}, or add a port to it.`,
  });

function membersOf(group: Carrier, all: readonly Carrier[]): Carrier[] {
  return all.filter((carrier) => carrier.group === group.uuid);
}

/** Whether a group can take a VIF as a whole: its ports carry none and are all in one physical network. */
function isUsable(group: Carrier, all: readonly Carrier[]): boolean {
  const members = membersOf(group, all);
  const networks = new Set(members.map((member) => member.physical_network));
  return networks.size === 1 && members.every((member) => member.vif === null);
}

/** Free carriers, the best one first: groups before ports, ports that boot from the network before others. */
function candidates(all: readonly Carrier[]): Carrier[] {
  const groups = all.filter((carrier) => carrier.kind === 'portgroup');
  const free = groups.filter((group) => group.vif === null && isUsable(group, all));
  const taken = new Set([...free, ...groups.filter((group) => group.vif !== null)].map((group) => group.uuid));
  const ports = all.filter(
    (carrier) =>
      carrier.kind === 'port' && carrier.vif === null && (carrier.group === null || !taken.has(carrier.group)),
  );
  return [...free, ...ports.filter((port) => port.pxe_enabled), ...ports.filter((port) => !port.pxe_enabled)];
}

function requireWanted(all: readonly Carrier[], wanted: WantedCarrier, vif: string, node: string): Carrier {
  const found = all.find((carrier) => isSame(carrier, wanted));
  if (found === undefined)
    throw new BessemerError('invalid', `Node ${node} has no ${wanted.kind} ${wanted.uuid}.`, {
      field: `${wanted.kind}_uuid`,
    });
  const group = all.find((carrier) => carrier.kind === 'portgroup' && carrier.uuid === found.group);
  const isTaken = found.vif !== null || (group !== undefined && group.vif !== null);
  if (isTaken || (found.kind === 'portgroup' && !isUsable(found, all))) throw noneFree(vif, node);
  return found;
}

/**
 * The carrier that takes a VIF (reference: api.md §2.8).
 *
 * @param all ports and port groups of the node
 * @param wanted the one that the client names
 * @throws `conflict` when the VIF is attached already, `invalid` when nothing is free or the wanted one is not the node's
 */
export function chooseCarrier(all: readonly Carrier[], vif: string, node: string, wanted?: WantedCarrier): Carrier {
  const attached = all.find((carrier) => carrier.vif === vif);
  if (attached !== undefined)
    throw new BessemerError(
      'conflict',
      `Unable to attach VIF because VIF ${vif} is already attached to Bare Metal ${attached.kind} ${attached.uuid}`,
      { field: 'id' },
    );
  if (wanted !== undefined) return requireWanted(all, wanted, vif, node);
  const [best] = candidates(all);
  if (best === undefined) throw noneFree(vif, node);
  return best;
}
