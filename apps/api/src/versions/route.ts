import type { Fields } from './field.js';
import type { Parameters } from './parameters.js';
import { routes } from './routes/index.js';
import { type Below, legacyVersionOf, type RouteVersion } from './routes.js';

/** The methods that routes have. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A JSON schema (draft 2020-12), as the OpenAPI document holds it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a route takes as its body. */
export type RouteBody =
  /** A new record of the table of fields. */
  | { readonly create: Fields }
  /** A JSON patch of such a record. */
  | { readonly patch: Fields }
  /** Anything else. */
  | { readonly schema: JsonSchema; readonly optional?: boolean };

/** What a route answers with. */
export type RouteAnswer =
  | { readonly record: Fields }
  /** A page of records under the key. */
  | { readonly list: Fields; readonly plural: string }
  | { readonly schema: JsonSchema };

/** One route: who may use it, since which API version, what it takes and gives. */
export interface Route {
  readonly method: Method;
  /** Its pattern, for example `/v1/nodes/:node/bios/:setting`. */
  readonly path: string;
  /** The first API version (minor number) that has it; 1 when absent. */
  readonly since?: number;
  /** How a request below that version is answered; needed with `since`. */
  readonly below?: Below;
  /** Ironic's name of the policy that guards it, for example `baremetal:node:get`; `public` for what needs no authentication. */
  readonly policy: string;
  /** The status of success. */
  readonly success: number;
  /** One line for the reference. */
  readonly summary: string;
  readonly query?: Parameters;
  readonly body?: RouteBody;
  readonly answer?: RouteAnswer;
  /** Whether it is Bessemer's own, beside the contract. */
  readonly own?: boolean;
}

const byKey = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));

/** The route of a method and pattern, or undefined. */
export const routeOf = (method: string, path: string): Route | undefined => byKey.get(`${method} ${path}`);

/** Since when there is a route, and how it is refused below; undefined for one that 1.1 has. */
export function versionOfRoute(method: string, path: string): RouteVersion | undefined {
  const route = routeOf(method, path);
  if (route === undefined) return legacyVersionOf(path);
  if (route.since === undefined) return undefined;
  return { since: route.since, below: route.below ?? 'not-found' };
}
