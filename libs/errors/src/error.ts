/**
 * The one error family of Bessemer.
 *
 * A service throws a {@link BessemerError}; each transport maps its code once: `apps/api` to Ironic's fault body,
 * `libs/bus` to an error reply. The message is public: it names what is wrong and never holds a secret.
 */

/** Codes and the HTTP status that each one stands for (reference: api.md §0.3). */
export const errorCodes = {
  /** Malformed or invalid input; names the field. */
  invalid: 400,
  /** The verb is not allowed in the node's present state. */
  'invalid-state': 400,
  /** The node is in maintenance and the request is refused for that reason. */
  'in-maintenance': 400,
  /** The driver or one of its interfaces does not support what was asked. */
  unsupported: 400,
  /** Credentials missing or wrong. */
  unauthorized: 401,
  /** Not permitted, for example a protected node. */
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  /** The requested API version lacks this field, verb or parameter. */
  'not-acceptable': 406,
  conflict: 409,
  /** The node's reservation is set by another task or call. */
  'node-locked': 409,
  /** If-Match named another revision. */
  'precondition-failed': 412,
  'too-large': 413,
  /** The client asks more often than it may. */
  'rate-limited': 429,
  internal: 500,
  /** A BMC, an agent or another peer did not do what it was asked. */
  'hardware-failure': 500,
  /** Nobody is there to do it now; trying again later helps. */
  unavailable: 503,
  timeout: 503,
} as const;

/** One of the codes of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** What a {@link BessemerError} may carry besides its code and message. */
export interface BessemerErrorOptions {
  /** What the reader can do about it, a sentence. */
  remedy?: string;
  /** The field, parameter or path at fault. */
  field?: string;
  /** Seconds after which trying again may help. */
  retryAfter?: number;
  cause?: unknown;
}

/** An error with a code, a public message and, where one is known, a remedy. */
export class BessemerError extends Error {
  readonly code: ErrorCode;
  readonly remedy?: string;
  readonly field?: string;
  readonly retryAfter?: number;

  /**
   * @param code what kind of failure it is; decides the HTTP status
   * @param message public text, without secrets
   * @param options remedy, field, when to try again, and cause
   */
  constructor(code: ErrorCode, message: string, options: BessemerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BessemerError';
    this.code = code;
    if (options.remedy !== undefined) this.remedy = options.remedy;
    if (options.field !== undefined) this.field = options.field;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }

  /** The HTTP status of the code. */
  get status(): number {
    return errorCodes[this.code];
  }
}

/** Whether the value is a {@link BessemerError}. */
export function isBessemerError(value: unknown): value is BessemerError {
  return value instanceof BessemerError;
}

/** The value itself when it is a {@link BessemerError}, else an `internal` one with it as the cause. */
export function toBessemerError(value: unknown): BessemerError {
  if (isBessemerError(value)) return value;
  const message = value instanceof Error ? value.message : String(value);
  return new BessemerError('internal', message, { cause: value });
}
