import { BessemerError } from '@bessemer/errors';
import type { Fields } from './field.js';
import { versionText } from './version.js';

/** One target of `states/power` (reference: api.md §2.4, states.md §5). */
export interface PowerTarget {
  /** The power state that the node is to have. */
  readonly state: 'power on' | 'power off';
  /** The first API version (minor number) that knows it; 1 when absent. */
  readonly since?: number;
}

/** Every target of `states/power`. */
export const powerTargets: Readonly<Record<string, PowerTarget>> = {
  'power on': { state: 'power on' },
  'power off': { state: 'power off' },
  rebooting: { state: 'power on' },
  'soft rebooting': { state: 'power on', since: 27 },
  'soft power off': { state: 'power off', since: 27 },
};

/** The body of `states/power`; `timeout` is in seconds. */
export const powerMembers: Fields = {
  target: { type: 'string', required: true },
  timeout: { type: 'integer', since: 27, minimum: 1 },
};

/**
 * The target of the name, or undefined for one that no version knows.
 *
 * @throws `not-acceptable` (406) for a target that came later
 */
export function powerTargetOf(name: string, minor: number): PowerTarget | undefined {
  const target = Object.hasOwn(powerTargets, name) ? powerTargets[name] : undefined;
  const since = target?.since ?? 1;
  if (minor < since)
    throw new BessemerError('not-acceptable', `Request not acceptable. "${name}" came with ${versionText(since)}.`, {
      field: 'target',
    });
  return target;
}
