/** The verbs of the provisioning API (state machine reference §3, §4, §6; API reference §2.4), as data. */
import type { LifecycleEvent } from './events.js';
import type { ProvisionState } from './states.js';

/** What the table says of a verb. API versions are given by their minor number: 17 stands for 1.17. */
export interface VerbFacts {
  /** The event that it raises. */
  readonly event: LifecycleEvent;
  /** The first API version that knows it. */
  readonly since: number;
  /** The first API version that knows it in a state, where that came later. */
  readonly sinceIn?: Readonly<Partial<Record<ProvisionState, number>>>;
  /** The verb of which this one is another name. */
  readonly aliasOf?: string;
  /** Whether maintenance refuses it: always, or only where provisioning in maintenance is switched off. */
  readonly inMaintenance: 'allowed' | 'refused' | 'by-configuration';
  /** Whether a protected node refuses it. */
  readonly refusedWhenProtected?: boolean;
  /** Whether a retired node refuses it. */
  readonly refusedWhenRetired?: boolean;
  /** One sentence for readers. */
  readonly meaning: string;
}

/** The facts of every verb, by its name on the wire. */
export const verbFacts = {
  manage: {
    event: 'manage',
    since: 4,
    inMaintenance: 'allowed',
    meaning: 'Check the credentials of an enrolled node, or take a node back under control.',
  },
  inspect: { event: 'inspect', since: 6, inMaintenance: 'allowed', meaning: 'Look at the hardware.' },
  clean: { event: 'clean', since: 15, inMaintenance: 'refused', meaning: 'Run the given clean steps.' },
  provide: {
    event: 'provide',
    since: 4,
    inMaintenance: 'by-configuration',
    refusedWhenRetired: true,
    meaning: 'Clean the node and offer it.',
  },
  active: { event: 'deploy', since: 1, inMaintenance: 'refused', meaning: 'Deploy an instance.' },
  deploy: {
    event: 'deploy',
    since: 73,
    aliasOf: 'active',
    inMaintenance: 'refused',
    meaning: 'Another name of `active`.',
  },
  rebuild: {
    event: 'rebuild',
    since: 1,
    inMaintenance: 'refused',
    refusedWhenProtected: true,
    meaning: 'Deploy again onto a node that has an instance.',
  },
  deleted: {
    event: 'delete',
    since: 1,
    inMaintenance: 'allowed',
    refusedWhenProtected: true,
    meaning: 'Take the instance off, then clean.',
  },
  undeploy: {
    event: 'delete',
    since: 73,
    aliasOf: 'deleted',
    inMaintenance: 'allowed',
    refusedWhenProtected: true,
    meaning: 'Another name of `deleted`.',
  },
  adopt: { event: 'adopt', since: 17, inMaintenance: 'allowed', meaning: 'Take over a machine as it runs.' },
  rescue: { event: 'rescue', since: 38, inMaintenance: 'refused', meaning: 'Boot the rescue ramdisk.' },
  unrescue: { event: 'unrescue', since: 38, inMaintenance: 'refused', meaning: 'Return to the instance.' },
  service: { event: 'service', since: 87, inMaintenance: 'refused', meaning: 'Run the given service steps.' },
  abort: {
    event: 'abort',
    since: 13,
    sinceIn: { 'inspect wait': 41, 'wait call-back': 110 },
    inMaintenance: 'allowed',
    meaning: 'End the waiting or held task.',
  },
  unhold: { event: 'unhold', since: 85, inMaintenance: 'allowed', meaning: 'Let a held task go on.' },
} as const satisfies Record<string, VerbFacts>;

/** A verb of the provisioning API. */
export type Verb = keyof typeof verbFacts;

/** All verbs, aliases included. */
export const verbs: readonly Verb[] = [
  'manage',
  'inspect',
  'clean',
  'provide',
  'active',
  'deploy',
  'rebuild',
  'deleted',
  'undeploy',
  'adopt',
  'rescue',
  'unrescue',
  'service',
  'abort',
  'unhold',
];

/** Whether the value is a verb of the provisioning API. */
export function isVerb(value: unknown): value is Verb {
  return typeof value === 'string' && Object.hasOwn(verbFacts, value);
}

/** What the table says of the verb. */
export function factsOfVerb(verb: Verb): VerbFacts {
  return verbFacts[verb];
}

/**
 * The first API version (minor number) that knows the verb.
 *
 * @param verb the verb
 * @param state where given, the version that knows it in this state: some states came later
 */
export function minimumVersionOf(verb: Verb, state?: ProvisionState): number {
  const { since, sinceIn } = factsOfVerb(verb);
  return (state === undefined ? undefined : sinceIn?.[state]) ?? since;
}
