import { BessemerError } from '@bessemer/errors';
import { versionText } from './version.js';

/** One argument of the provisioning verbs (reference: api.md §2.4). */
export interface VerbArgument {
  /** Verbs that take it. */
  readonly verbs: readonly string[];
  /** The first API version (minor number) in which a verb takes it; 1 for those that are not named. */
  readonly since?: Readonly<Record<string, number>>;
  /** How it is refused below. */
  readonly below: 'invalid' | 'not-acceptable';
}

/** Every argument of the provisioning verbs. */
export const verbArguments: Readonly<Record<string, VerbArgument>> = {
  configdrive: { verbs: ['active', 'rebuild'], since: { rebuild: 35 }, below: 'invalid' },
  clean_steps: { verbs: ['clean'], since: { clean: 15 }, below: 'invalid' },
  deploy_steps: { verbs: ['active', 'rebuild'], since: { active: 69, rebuild: 69 }, below: 'not-acceptable' },
  service_steps: { verbs: ['service'], since: { service: 87 }, below: 'invalid' },
  rescue_password: { verbs: ['rescue'], since: { rescue: 38 }, below: 'invalid' },
  disable_ramdisk: { verbs: ['clean', 'service'], since: { clean: 70, service: 108 }, below: 'not-acceptable' },
  runbook: { verbs: ['clean', 'service'], since: { clean: 92, service: 92 }, below: 'not-acceptable' },
};

/**
 * Refuses an argument that the verb does not take, or not yet.
 *
 * @throws `invalid` or `not-acceptable`, naming the argument
 */
export function requireVerbArgument(name: string, verb: string, minor: number): void {
  const argument = verbArguments[name];
  if (argument === undefined) return;
  const sinceOf = (taker: string): number => argument.since?.[taker] ?? 1;
  const refuseBelow = (taker: string): never => {
    throw new BessemerError(
      argument.below,
      `"${name}" is taken with "${taker}" from API version ${versionText(sinceOf(taker))} on.`,
      { field: name },
    );
  };
  const [first] = [...argument.verbs].sort((one, other) => sinceOf(one) - sinceOf(other));
  // What no verb takes yet is refused for the version, whatever the verb is.
  if (argument.below === 'not-acceptable' && first !== undefined && minor < sinceOf(first)) refuseBelow(first);
  if (!argument.verbs.includes(verb))
    throw new BessemerError(
      'invalid',
      `"${name}" is only valid when setting target provision state to ${argument.verbs.join(' or ')}`,
      { field: name },
    );
  if (minor < sinceOf(verb)) refuseBelow(verb);
}
