import type { Fields } from './field.js';

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
