/** Who makes a request. */
export interface Caller {
  /** A `service` is another part of Bessemer with the internal token; `anonymous` is whoever uses a public path. */
  readonly kind: 'user' | 'service' | 'anonymous';
  readonly user: string | null;
  readonly project: string | null;
  /** Whether the caller has the scope of the whole system. */
  readonly isSystemScoped: boolean;
}

/** The caller of a public path, of whom nothing is known. */
export const anonymous: Caller = { kind: 'anonymous', user: null, project: null, isSystemScoped: false };
