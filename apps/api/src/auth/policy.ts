import { BessemerError } from '@bessemer/errors';
import type { Caller } from './caller.js';

/** The policy of a route that needs no authentication. */
export const publicPolicy = 'public';

/** Decides who may do what. */
export interface Authorizer {
  /** @param policy Ironic's name, for example `baremetal:node:get` */
  permits(policy: string, caller: Caller): boolean;
}

/** What a service may do with its token besides its internal endpoints: `up` asks whether drivers are there. */
const servicePolicies = new Set(['baremetal:driver:get']);

/** Users are administrators: this is all that `noauth` and `http_basic` know of them. */
export class AdministratorsAuthorizer implements Authorizer {
  permits(policy: string, { kind }: Caller): boolean {
    return kind === 'user' || (kind === 'service' && servicePolicies.has(policy));
  }
}

/**
 * Asks whether the caller may use a route.
 *
 * @param policy the route's; undefined for one that the table of routes does not have
 * @throws `forbidden` (403), naming the policy
 */
export function requirePermission(authorizer: Authorizer, policy: string | undefined, caller: Caller): void {
  if (policy === publicPolicy || authorizer.permits(policy ?? '', caller)) return;
  throw new BessemerError('forbidden', `Access was denied: ${policy ?? 'the route'} is not permitted to the caller.`);
}
