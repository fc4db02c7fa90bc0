import type { Fields } from './field.js';
import type { Parameters } from './parameters.js';
import { routes } from './routes/index.js';

/** The methods that routes have. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How a request below a route's version is answered. */
export type Below =
  /** 404 with a handler's error body. */
  | 'not-found'
  /** 404 as for a path that does not exist. */
  | 'no-route'
  /** 405 as for a path that has no such method. */
  | 'no-method'
  /** 406. */
  | 'not-acceptable';

/** A JSON schema (draft 2020-12), as the OpenAPI document holds it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a route takes as its body. */
export type RouteBody =
  /** A new record of the table of fields. */
  | { readonly create: Fields }
  /** A JSON patch of such a record. */
  | { readonly patch: Fields }
  /** The members of a table, as `readMembers` and `readDocument` read them; an open one may hold others. */
  | { readonly members: Fields; readonly optional?: boolean; readonly isOpen?: boolean }
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
  /** Single versions below that have it too. */
  readonly also?: readonly number[];
  /** How a request below that version is answered; needed with `since`. */
  readonly below?: Below;
  /** Whether the body is held against its schema before the version: the handler asks `requireLateRoute` then. */
  readonly isLate?: boolean;
  /** Ironic's name of the policy that guards it, for example `baremetal:node:get`; `public` for what needs no authentication. */
  readonly policy: string;
  /** The status of success. */
  readonly success: number;
  /** One line for the reference. */
  readonly summary: string;
  readonly query?: Parameters;
  readonly body?: RouteBody;
  readonly answer?: RouteAnswer;
  /** The media type of the answer; application/json when absent. */
  readonly mediaType?: string;
  /** Whether it is Bessemer's own, beside the contract. */
  readonly own?: boolean;
}

const byKey = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));

/** The route of a method and pattern, or undefined. */
export const routeOf = (method: string, path: string): Route | undefined => byKey.get(`${method} ${path}`);

/** Whether the API version has the route. */
export const hasRoute = ({ since = 1, also = [] }: Route, minor: number): boolean =>
  minor >= since || also.includes(minor);
