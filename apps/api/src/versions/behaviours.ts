/**
 * What an API version brought besides fields, parameters and routes: the rest of the one table of versions
 * (reference: api.md §16). Code asks {@link behaves} by name and never compares version numbers itself.
 */

/** One change of behaviour. */
export interface Behaviour {
  /** The first minor number that behaves so. */
  readonly since: number;
  /** The last minor number that does. */
  readonly until?: number;
  /** One line for the version history. */
  readonly summary: string;
}

/** Every change of behaviour by its name. */
export const behaviours = {
  'node-names': { since: 5, summary: 'A node may be named by its name wherever its UUID stands.' },
  'unrestricted-node-names': { since: 10, summary: 'A node’s name may be any text of unreserved URL characters.' },
  'unset-chassis': { since: 25, summary: 'A node’s chassis_uuid may be unset.' },
  'config-drive-object': { since: 56, summary: 'A config drive may be given as an object of its parts.' },
  'config-drive-vendor-data': { since: 59, summary: 'The object of a config drive may have vendor_data.' },
  'link-network-type': { since: 64, summary: 'local_link_connection takes network_type.' },
  'agent-tokens': { since: 62, summary: 'A look-up gives the agent its token.' },
  'inspection-continued': { since: 84, summary: 'A ramdisk that posts what it found is answered with its node.' },
  'link-vtep': { since: 90, until: 104, summary: 'local_link_connection takes VTEP switches.' },
  'firmware-verdict': { since: 86, summary: 'The validation of a node names its firmware interface.' },
  'port-names': { since: 88, summary: 'A port may be named by its name.' },
  'delete-volumes-powered-on': {
    since: 83,
    summary:
      'Volume connectors and targets of a node that is enrolled, manageable or failed to be adopted may be deleted while it is powered on.',
  },
  'literal-suffix': { since: 91, summary: 'The ending .json of a path belongs to the identifier.' },
  'portgroup-network': {
    since: 102,
    summary: 'The physical network of a port in a port group is changed with that of its group.',
  },
  'patch-escapes': { since: 98, summary: 'Paths of a patch may hold ~0 and ~1.' },
  'request-id-twice': { since: 107, summary: 'The request id is given as x-openstack-request-id too.' },
  'runbook-names': { since: 112, summary: 'The name of a runbook is any logical name; before it is a trait.' },
  'runbook-traits': {
    since: 112,
    summary: 'A node needs one of the traits of a runbook to run it; before the name of the runbook as a trait.',
  },
  'history-transitions': { since: 115, summary: 'The history of a node shows changes of state besides errors.' },
} as const satisfies Record<string, Behaviour>;

/** The name of a change of behaviour. */
export type BehaviourName = keyof typeof behaviours;

/** Whether the API version behaves so. */
export function behaves(name: BehaviourName, minor: number): boolean {
  const { since, until = Number.POSITIVE_INFINITY }: Behaviour = behaviours[name];
  return minor >= since && minor <= until;
}

/** Versions that only tell a client what the service can do: whoever asks, every version is answered alike. */
export const signals: Readonly<Record<number, string>> = {
  63: 'The indicators of a machine, below `/v1/nodes/{node}/management/indicators`; answered at older versions too.',
  71: 'Policies know the scope of the whole system and of a project; a client may rely on it from here on.',
  79: 'An allocation prefers the node that bears its name.',
  80: 'An administrator of a project may create and delete nodes that the project owns.',
};
